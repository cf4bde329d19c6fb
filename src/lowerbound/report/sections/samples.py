"""Draws from the prior, decoded."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import ReportContent, Samples
from lowerbound.report.elements import Key, Picture, Strip
from lowerbound.report.figures.tiles import grid, strip
from lowerbound.report.sections.rows import is_signal, profile, row_table
from lowerbound.report.text import count, joined

__all__ = ["view"]

COLUMNS = 10
TABLE_ROWS, LINES = 10, 6


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return samples as a grid of images, as strips by condition, as lines or as a table."""
    samples, data = content.samples, content.data
    if samples is None or not len(samples.rows):
        return None
    if data.kind == "image":
        return _images(samples)
    if is_signal(data):
        rows = samples.rows[:LINES]
        charts = [
            profile(f"sample-{i}", f"Sample {i + 1}", [row], [Key("c0", "")], alt=f"Line chart of sample {i + 1}.")
            for i, row in enumerate(rows)
        ]
        return {"charts": charts}
    return {"table": _table(content, samples)}


def _images(samples: Samples) -> dict[str, Any]:
    if samples.given is None:
        return {"grids": _grids(samples)}
    strips, shown = [], samples.rows if samples.means is None else samples.means
    for name in dict.fromkeys(samples.given):
        rows = shown[[given == name for given in samples.given]][:COLUMNS]
        strips.append(Strip(name, strip(rows, alt=f"{count(len(rows), 'sample')} given {name}.", shown=44), "given"))
    return {"strips": strips, "means": samples.means is not None}


def _grids(samples: Samples) -> list[tuple[str, str, Picture]]:
    """Titles, notes and pictures: the means where there are some, and the draws."""
    n = len(samples.rows)
    draws = grid(samples.rows, COLUMNS, alt=f"{count(n, 'draw')} of x from the model.", shown=48)
    if samples.means is None:
        return [("Draws", "x from the model", draws)]
    means = grid(samples.means, COLUMNS, alt=f"{count(n, 'mean')} of p(x | z), z from the prior.", shown=48)
    return [("Means", "of p(x | z), z drawn from the prior", means), ("Draws", "x from p(x | z) at the same z", draws)]


def _table(content: ReportContent, samples: Samples) -> Any:
    chosen = np.arange(min(TABLE_ROWS, len(samples.rows)))
    if samples.given is not None:  # some of each condition
        first = {name: samples.given.index(name) for name in dict.fromkeys(samples.given)}
        chosen = np.array(list(first.values()) if len(first) > 1 else chosen)[: 2 * TABLE_ROWS]
    head = ["Sample"] if samples.given is None else ["Sample", "Given"]
    lead = [[str(i + 1), *([samples.given[i]] if samples.given else [])] for i in chosen]
    return row_table(joined([count(len(chosen), "sample")]), content.data, samples.rows[chosen], lead, head)
