"""``lowerbound refit-prior``: another prior for a model that is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Device, Label, MoreData, NoReport, Run, Samples, Split

__all__ = ["refit_prior"]

Prior = Annotated[str, typer.Option(metavar="NAME", help="The new prior: a name, or a specification.")]
NewRun = Annotated[Path, typer.Option("-o", "--out", metavar="NEW_RUN", help="Folder of the new run.")]


def refit_prior(
    run: Run,
    out: NewRun,
    data: MoreData = None,
    prior: Prior = "normal-mixture",
    split: Split = None,
    label: Label = None,
    samples: Samples = None,
    device: Device = "auto",
    no_report: NoReport = False,
) -> None:
    """Fit another prior to the codes of rows, and write the model with it as a new run.

    All else of the model stays as it is. By default the rows are the run's own training rows; the new run is then
    evaluated on its test rows, so that its numbers are those of the new model.

    For example::

        lowerbound refit-prior runs/digits -o runs/digits-mixture
        lowerbound refit-prior runs/digits --prior "NormalMixture(components=20)" -o runs/digits-20
    """
    from lowerbound.cli.conclusion import conclude
    from lowerbound.cli.opening import OpenRun, open_run, select
    from lowerbound.cli.screen import Screen
    from lowerbound.runs import RunFolder

    screen = Screen()
    opened = open_run(run, device)
    rows = select(opened, data, label, split or ("train" if data is None else None), screen)
    folder = RunFolder(out)
    folder.create()
    with screen.counting(f"Fitting {prior} to the codes of {rows}"):
        vae = opened.vae.refit_prior(rows.rows, prior=prior)
    vae.save(out)
    with folder.writing():
        config = {**folder.read_config(), "data": opened.config["data"]}
        folder.write_config(config)
        screen.say(f"E[log p(z)]: {vae.facts_['prior_after'].rpartition(', ')[2]} on rows that were kept from the fit")
        if rows.own:
            conclude(OpenRun(folder, config, vae), rows.dataset, screen, samples=samples, report=not no_report)
