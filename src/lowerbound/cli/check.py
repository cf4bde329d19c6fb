"""``lowerbound check``: whether data drawn from the model looks like the data."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Json, Label, MoreData, Run, Split

__all__ = ["check"]

Rows = Annotated[int, typer.Option("--rows", metavar="N", min=2, help="Rows, evenly spaced.")]
Replicates = Annotated[int, typer.Option(metavar="R", min=19, help="Data sets drawn from the model.")]


def check(
    run: Run,
    data: MoreData = None,
    rows: Rows = 1000,
    replicates: Replicates = 200,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Compare statistics of the data with those of data drawn from the model.

    A small p-value means that the model does not make data with such a mean, spread, share of zeros, maximum, row
    sum or correlation. By default on the run's own test rows.

    For example::

        lowerbound check runs/digits
        lowerbound check runs/table other.csv --json
    """
    from lowerbound.cli.files import feature_names
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.results import show_checks
    from lowerbound.cli.screen import Screen
    from lowerbound.estimators.inspection import few, predictive_checks

    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    fitted = opened.vae.fitted_
    x, c = few(selection.rows.x, selection.rows.condition() if fitted.conditional else None, rows, fitted)
    names = feature_names(opened.vae.schema_)
    with screen.counting("Drawing data sets", replicates) as count:
        checks = predictive_checks(fitted, x, c, replicates=replicates, names=names, advance=count.advance)
    if as_json:
        screen.json({"rows": len(x), "replicates": replicates, "checks": [found.to_json() for found in checks]})
    else:
        show_checks(screen, checks, f"{opened.name} against {len(x):,} of {selection}, {replicates} data sets drawn")
