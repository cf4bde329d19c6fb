"""The commands and the program that holds them. Imported by ``--help``, so nothing here is heavy."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.check import check
from lowerbound.cli.compare import compare
from lowerbound.cli.components import components
from lowerbound.cli.datasets import datasets
from lowerbound.cli.decode import decode
from lowerbound.cli.diagnose import diagnose
from lowerbound.cli.distances import distances
from lowerbound.cli.doctor import doctor
from lowerbound.cli.encode import encode
from lowerbound.cli.evaluate import evaluate
from lowerbound.cli.factors import factors
from lowerbound.cli.fit import fit
from lowerbound.cli.gaps import gaps
from lowerbound.cli.guard import command, help_text
from lowerbound.cli.impute import impute
from lowerbound.cli.rate_distortion import rate_distortion
from lowerbound.cli.recipes import recipes
from lowerbound.cli.reconstruct import reconstruct
from lowerbound.cli.refit_prior import refit_prior
from lowerbound.cli.report import report
from lowerbound.cli.resume import resume
from lowerbound.cli.sample import sample
from lowerbound.cli.score import score
from lowerbound.cli.traverse import traverse
from lowerbound.version import __version__

__all__ = ["app"]

COMMANDS = (
    fit, resume, evaluate, diagnose, report, sample, encode, decode, reconstruct, score, traverse, impute,
    gaps, check, distances, factors, rate_distortion, refit_prior, compare, recipes, components, datasets, doctor,
)  # fmt: skip

app = typer.Typer(
    name="lowerbound",
    help="From data to a generative model whose numbers you can trust.\n\n\b\nFor example:\n"
    "  lowerbound fit digits --out runs/digits\n  lowerbound sample runs/digits -n 16 -o samples.png",
    epilog="lowerbound COMMAND --help describes a command. Exit codes: 0 done, 1 the job failed, 2 wrong use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes twice the time that help may take
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"lowerbound {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Hold the options that go before a command."""


for function in COMMANDS:
    text = help_text(function)
    app.command(function.__name__.replace("_", "-"), help=text, short_help=text.partition(".")[0])(command(function))
