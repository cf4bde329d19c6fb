"""``lowerbound rate-distortion``: what the decoder could do at any rate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Device, Label, MoreData, Run, Split

__all__ = ["rate_distortion"]

Rows = Annotated[int, typer.Option("--rows", metavar="N", min=1, help="Rows, evenly spaced.")]
Chains = Annotated[int, typer.Option(metavar="S", min=2, help="Annealed chains a row.")]
Temperatures = Annotated[int, typer.Option(metavar="T", min=2, help="Steps of the annealing to beta = 1.")]
Top = Annotated[float, typer.Option(metavar="BETA", min=1, help="Where the curve ends.")]
File = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .png for a plot, .csv or .json.")
]


def rate_distortion(
    run: Run,
    out: File,
    data: MoreData = None,
    rows: Rows = 50,
    chains: Chains = 16,
    temperatures: Temperatures = 200,
    top: Top = 10.0,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Trace the rate-distortion curve of a model.

    By annealed importance sampling from the prior, whatever the encoder: how small the distortion -log p(x | z) can be
    at each rate. The model's own point lies above the curve by what inference loses. By default on the run's own test
    rows.

    For example::

        lowerbound rate-distortion runs/digits -o curve.png
        lowerbound rate-distortion runs/table other.csv --chains 64 -o curve.csv
    """
    from lowerbound.cli.curves import check_curve, save_curve
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.screen import Screen
    from lowerbound.estimators.inspection import few, trace_curve

    check_curve(out)
    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    fitted = opened.vae.fitted_
    x, c = few(selection.rows.x, selection.rows.condition() if fitted.conditional else None, rows, fitted)
    with screen.counting("Annealing", len(x)) as count:
        found = trace_curve(fitted, x, c, chains=chains, temperatures=temperatures, top=top, advance=count.advance)
    save_curve(out, found, f"{opened.name}, {len(x):,} of {selection}", screen)
