"""``lowerbound reconstruct``: rows through the encoder and back."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Label, MoreData, Output, Run, Split

__all__ = ["reconstruct"]

Pairs = Annotated[int, typer.Option(metavar="N", min=1, help="Images of a .png: originals above reconstructions.")]


def reconstruct(
    run: Run,
    out: Output,
    data: MoreData = None,
    split: Split = None,
    pairs: Pairs = 40,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Write each row as the model sees it.

    That is the mean of p(x | z) at the row's code. By default all rows of the run's own data. A .png
    shows the first ones below their originals.

    For example::

        lowerbound reconstruct runs/table other.csv -o seen.csv
        lowerbound reconstruct runs/digits --split test -o pairs.png
    """
    from lowerbound.cli.files import check_output, paired, save_grid, save_rows
    from lowerbound.cli.opening import cut, open_run, select
    from lowerbound.cli.screen import Screen

    screen = Screen()
    opened = open_run(run, device)
    schema = opened.vae.schema_
    check_output(out, schema)
    rows = select(opened, data, label, split, screen).rows
    if out.suffix != ".png":
        save_rows(out, opened.vae.reconstruct(rows), schema, screen)
        return
    rows = cut(rows, 0, pairs)
    images, width = paired(rows, opened.vae.reconstruct(rows))
    save_grid(out, images, width, f"{len(rows)} images above their reconstructions", screen)
