"""``lowerbound factors``: whether latents follow known factors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Device, Json, Label, Split

__all__ = ["factors"]

Runs = Annotated[list[Path], typer.Argument(metavar="RUN [RUN ...]", help="Folders of runs.", show_default=False)]
Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DATA", help="Other data than the runs' own, as for fit.", show_default=False),
]
Names = Annotated[
    str | None,
    typer.Option(
        "--factors", metavar="A,B,...", help="Factors of the data by name; columns of its file.", show_default=False
    ),
]
Rows = Annotated[int, typer.Option("--rows", metavar="N", min=2, help="Rows, drawn by the seed.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of the rows, and of metrics that draw some.")]
File = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="File to write as well: .json or .csv.")]


def factors(
    runs: Runs,
    data: Data = None,
    names: Names = None,
    rows: Rows = 10_000,
    seed: Seed = 0,
    out: File = None,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Measure whether the latents of runs follow known factors.

    The factors are those of the data set, or columns of its file that --factors names. Several runs on the same data
    are also ranked without the factors, by how well their latents agree. By default on all rows of the run's own data.

    For example::

        lowerbound factors runs/sprites
        lowerbound factors runs/seed0 runs/seed1 runs/seed2 -o table.csv
        lowerbound factors runs/table --factors dose,batch --json
    """
    from lowerbound.cli.disentangling import check_file, measure, save, show
    from lowerbound.cli.opening import open_run
    from lowerbound.cli.screen import Screen

    if out is not None:
        check_file(out)
    screen = Screen()
    opened = [open_run(path, device) for path in runs]
    chosen = None if names is None else [name.strip() for name in names.split(",")]
    with screen.counting("Measuring", len(opened)) as count:
        found = measure(
            opened, data, chosen, screen, rows=rows, seed=seed, split=split, label=label, advance=count.advance
        )
    if out is not None:
        save(out, found)
    if as_json:
        screen.json([entry.to_json() for entry in found])
        return
    show(screen, found)
    if out is not None:
        screen.say(f"{out}: {len(found)} runs")
