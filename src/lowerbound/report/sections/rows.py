"""Rows of a table or a signal on the page: shared by the sections that show some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowerbound.report.content import DataCard
from lowerbound.report.elements import Chart, Key, Table
from lowerbound.report.figures.canvas import label
from lowerbound.report.figures.curves import Line, curves
from lowerbound.report.text import number

__all__ = ["is_signal", "profile", "row_table"]

MOST_COLUMNS = 12
FEW = 24


def is_signal(data: DataCard) -> bool:
    """Whether rows are long and nameless, better drawn as lines than printed.

    Examples
    --------
    >>> is_signal(DataCard("spectra", "vector", (500,), "real")), is_signal(DataCard("iris", "vector", (4,), "real"))
    (True, False)
    """
    return data.kind == "vector" and data.columns is None and data.n_features > FEW


def row_table(
    caption: str, data: DataCard, rows: np.ndarray, first: Sequence[Sequence[str]], head: Sequence[str]
) -> Table:
    """Return rows ``(n, D)`` as a table of their first columns, after the cells of `first`."""
    width = min(data.n_features, MOST_COLUMNS)
    left_out = "" if width == data.n_features else f"; {width} of {data.n_features:,} columns"
    cells = [[*lead, *map(number, map(float, row[:width]))] for lead, row in zip(first, rows, strict=True)]
    return Table(caption + left_out, [*head, *(label(name, 28) for name in data.names[:width])], cells)


def profile(
    name: str, title: str, rows: Sequence[np.ndarray], keys: Sequence[Key], *, alt: str, note: str = ""
) -> Chart:
    """Return one chart with each row ``(D,)`` as a line over its entries."""
    at = np.arange(len(rows[0]))
    lines = [Line(at, row, key.color, key.mark == "dash") for row, key in zip(rows, keys, strict=True)]
    return Chart(curves(name, lines, alt=alt, x_name="entry of the row"), title, note)
