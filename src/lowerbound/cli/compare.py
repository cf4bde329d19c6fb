"""``lowerbound compare``: runs beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Json

__all__ = ["compare"]

Runs = Annotated[list[Path], typer.Argument(metavar="RUN RUN ...", help="Folders of runs.", show_default=False)]


def compare(runs: Runs, as_json: Json = False) -> None:
    """Print a table of runs, the best log p(x) first.

    It shows what their evaluation.json and diagnosis.json hold, and says when runs were not
    evaluated on the same rows.

    For example::

        lowerbound compare runs/digits runs/digits-beta
        lowerbound compare runs/* --json
    """
    from lowerbound.cli.comparison import differences, facts, table
    from lowerbound.cli.screen import Screen

    screen = Screen()
    rows = sorted((facts(path) for path in runs), key=lambda row: -(row["log_likelihood"] or float("-inf")))
    if as_json:
        screen.json(rows)
    else:
        screen.table(*table(rows), right=set(range(1, 9)))
    for difference in differences(rows):
        screen.note(f"Note: {difference}", style="yellow")
