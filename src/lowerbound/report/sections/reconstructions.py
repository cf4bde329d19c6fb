"""Test rows beside what the model makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import DataCard, Pairs, ReportContent
from lowerbound.report.elements import Key, Strip, Table
from lowerbound.report.figures.tiles import strip
from lowerbound.report.sections.rows import is_signal, profile, row_table
from lowerbound.report.text import count

__all__ = ["view"]

COLUMNS, BLOCKS = 10, 3
TABLE_PAIRS, LINES = 5, 6


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return pairs as strips of images, as lines or as a table."""
    pairs, data = content.pairs, content.data
    if pairs is None or not len(pairs.index):
        return None
    if data.kind == "image":
        starts = range(0, min(len(pairs.index), BLOCKS * COLUMNS), COLUMNS)
        return {"blocks": [_block(pairs, start, content.row) for start in starts]}
    if is_signal(data):
        return {"charts": [_lines(pairs, i, content.row) for i in range(min(LINES, len(pairs.index)))], "keys": KEYS}
    return {"table": _table(data, pairs, content.row)}


KEYS = (Key("c7", "original", "line"), Key("c0", "reconstruction", "dash"))


def _block(pairs: Pairs, start: int, row: str) -> list[Strip]:
    part = slice(start, start + COLUMNS)
    n = len(pairs.index[part])
    originals = strip(pairs.originals[part], alt=f"{count(n, row)} as given.", shown=60)
    made = strip(pairs.reconstructions[part], alt=f"{count(n, 'reconstruction')}, in the same order.", shown=60)
    return [Strip("Original", originals), Strip("Model", made)]


def _lines(pairs: Pairs, i: int, row: str) -> Any:
    title = f"{row} {pairs.index[i]}".capitalize()
    rows = [pairs.originals[i], pairs.reconstructions[i]]
    return profile(f"pair-{i}", title, rows, KEYS, alt=f"{title} as a grey line and its reconstruction dashed.")


def _table(data: DataCard, pairs: Pairs, row: str) -> Table:
    k = min(TABLE_PAIRS, len(pairs.index))
    rows = np.stack([pairs.originals[:k], pairs.reconstructions[:k]], 1).reshape(2 * k, -1)
    lead = [[str(i), kind] for i in pairs.index[:k] for kind in ("original", "reconstruction")]
    return row_table(f"{row}s and their reconstructions".capitalize(), data, rows, lead, ["Row", "What"])
