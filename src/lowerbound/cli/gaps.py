"""``lowerbound gaps``: where the ELBO is lost."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Json, Label, MoreData, Run, Split

__all__ = ["gaps"]

Rows = Annotated[int, typer.Option("--rows", metavar="N", min=1, help="Rows, evenly spaced.")]
Steps = Annotated[int, typer.Option(metavar="K", min=1, help="Gradient steps of each row's own posterior.")]
Samples = Annotated[int, typer.Option(metavar="S", min=2, help="Draws and importance samples a row.")]


def gaps(
    run: Run,
    data: MoreData = None,
    rows: Rows = 100,
    steps: Steps = 300,
    samples: Samples = 2000,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Say where the ELBO is lost.

    The amortisation gap is what one encoder for all rows loses against a posterior found for each row by itself; the
    approximation gap is what no posterior of its family can gain. By default on the run's own test rows.

    For example::

        lowerbound gaps runs/digits --rows 100
        lowerbound gaps runs/table other.csv --json
    """
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.results import show_gaps
    from lowerbound.cli.screen import Screen
    from lowerbound.estimators.inspection import few, find_gaps

    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    fitted = opened.vae.fitted_
    x, c = few(selection.rows.x, selection.rows.condition() if fitted.conditional else None, rows, fitted)
    with screen.counting("Refining posteriors", len(x)) as count:
        found = find_gaps(fitted, x, c, steps=steps, samples=samples, advance=count.advance)
    numbers = {**found.summary(), "rows": len(x), "steps": steps, "samples": samples}
    if as_json:
        screen.json({k: v if v == v else None for k, v in numbers.items()})
    else:
        show_gaps(screen, numbers, f"{opened.name} on {len(x):,} of {selection}")
