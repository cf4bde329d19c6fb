"""``lowerbound decode``: codes to rows."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Given, Output, Run

__all__ = ["decode"]

Codes = Annotated[str, typer.Argument(metavar="CODES", help="File of codes, as encode writes it.", show_default=False)]


def decode(run: Run, codes: Codes, out: Output, given: Given = None, device: Device = "auto") -> None:
    """Write the mean of p(x | z) of each code z.

    For example::

        lowerbound decode runs/table codes.csv -o rows.csv
        lowerbound decode runs/digits codes.npy -o digits.png
    """
    from lowerbound.cli.conditions import given_condition
    from lowerbound.cli.files import check_output, save_rows
    from lowerbound.cli.opening import open_run
    from lowerbound.cli.screen import Screen
    from lowerbound.data import Schema, check, open_data, read_rows

    opened = open_run(run, device)
    schema = opened.vae.schema_
    check_output(out, schema)
    width = len(opened.vae.get_feature_names_out())
    z = check(read_rows(open_data(codes, support="real").x), Schema((width,), "real"), where=codes)
    save_rows(out, opened.vae.inverse_transform(z, given_condition(opened, given)), schema, Screen())
