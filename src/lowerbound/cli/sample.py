"""``lowerbound sample``: rows that the model draws."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Given, Output, Run

__all__ = ["sample"]

Number = Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, help="How many rows.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Of the draws; by default the run's own.")]
Mean = Annotated[bool, typer.Option("--mean", help="Write means of p(x | z) at drawn z, not drawn values.")]


def sample(
    run: Run,
    out: Output,
    n: Number = 64,
    seed: Seed = None,
    given: Given = None,
    mean: Mean = False,
    device: Device = "auto",
) -> None:
    """Draw rows from the model and write them to a file.

    For example::

        lowerbound sample runs/table -n 1000 -o new.csv --seed 1
        lowerbound sample runs/digits -n 100 -o digits.png --mean
        lowerbound sample runs/digits-cvae -n 16 --given label=3 -o threes.png
    """
    from lowerbound.cli.conditions import given_condition
    from lowerbound.cli.files import check_output, save_rows, stored, whole_text
    from lowerbound.cli.opening import open_run
    from lowerbound.cli.screen import Screen

    opened = open_run(run, device)
    schema = opened.vae.schema_
    check_output(out, schema)
    rows = opened.vae.sample(n, given_condition(opened, given), seed, mean=mean)
    if mean:
        save_rows(out, rows, schema, Screen())
    else:
        save_rows(out, stored(rows, schema), schema, Screen(), whole_text(rows, schema))
