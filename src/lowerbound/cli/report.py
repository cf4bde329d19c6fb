"""``lowerbound report``: the page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Device, Label, MoreData, Run

__all__ = ["report"]

Page = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE.html", help="Where to.  [default: RUN/report.html]")
]
Samples = Annotated[int, typer.Option(metavar="S", min=1, help="Importance samples a row.")]


def report(
    run: Run,
    data: MoreData = None,
    out: Page = None,
    samples: Samples = 1000,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Write the report: one HTML page that needs no network.

    For example::

        lowerbound report runs/digits
        lowerbound report runs/table other.csv -o other.html
    """
    from lowerbound.cli.conclusion import document
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.screen import Screen
    from lowerbound.report import collect, write

    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, None, screen, held=True)
    dataset = selection.dataset if selection.own else selection.rows
    with screen.counting("Writing the report"):
        content = collect(opened.vae, dataset, cost=document(opened.folder, "timing"), samples=samples)
        path = write(content, out or opened.folder.file("report.html"))
    screen.say(f"Report: {path}")
