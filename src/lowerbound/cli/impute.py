"""``lowerbound impute``: rows with gaps to rows without."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Device, Output, Run

__all__ = ["impute"]

Gaps = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="A .csv, .parquet, .npy or .npz file: NaN, nulls and empty fields are gaps.",
        show_default=False,
    ),
]
Samples = Annotated[int, typer.Option(metavar="S", min=1, help="Importance samples a row.")]
Draw = Annotated[bool, typer.Option("--draw", help="Fill by draws instead of means.")]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, help="Of the draws.", show_default=False)]


def impute(
    run: Run,
    data: Gaps,
    out: Output,
    samples: Samples = 1000,
    draw: Draw = False,
    seed: Seed = None,
    device: Device = "auto",
) -> None:
    """Fill the missing entries of rows.

    Each gap gets its mean given the entries of its row that are there (of classes the likeliest), or with --draw a
    value drawn from the same distribution: call with several seeds for multiple imputation. What was there stays as it
    is, to the letter where DATA and FILE are text.

    For example::

        lowerbound impute runs/table gaps.csv -o filled.csv
        lowerbound impute runs/table gaps.csv --draw --seed 1 -o one.csv
    """
    import numpy as np

    from lowerbound.cli.files import check_output, save_rows, stored, whole_text
    from lowerbound.cli.opening import open_run
    from lowerbound.cli.screen import Screen
    from lowerbound.data.missing import read_text_with_gaps
    from lowerbound.errors import ConfigError

    screen = Screen()
    opened = open_run(run, device)
    schema = opened.vae.schema_
    check_output(out, schema)
    if opened.vae.fitted_.conditional:
        raise ConfigError(f"{opened.name} is conditional: fill gaps from Python, with impute(X, y).")
    rows = opened.vae.impute(data, samples=samples, draw=draw, random_state=seed)
    if draw and (rows == np.rint(rows)).all():
        rows = stored(rows, schema)
    text = read_text_with_gaps(data, schema) if out.suffix == ".csv" else None
    save_rows(out, rows, schema, screen, whole_text(rows, schema, text) if draw else text)
