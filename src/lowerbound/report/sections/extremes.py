"""The test rows that surprise the model most and least."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import ReportContent
from lowerbound.report.elements import Key
from lowerbound.report.figures.tiles import strip
from lowerbound.report.sections.rows import is_signal, profile, row_table
from lowerbound.report.text import count, nats

__all__ = ["view"]

LINES = 3


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return both ends of the ranking, as images, lines or tables."""
    extremes = content.extremes
    if extremes is None or not len(extremes.most):
        return None
    ends = [
        _end(content, "most", extremes.most, extremes.most_log_p, extremes.most_index),
        _end(content, "least", extremes.least, extremes.least_log_p, extremes.least_index),
    ]
    return {"ends": ends, "scored": count(extremes.n_rows, content.row)}


def _end(content: ReportContent, which: str, rows: np.ndarray, log_p: np.ndarray, index: np.ndarray) -> dict[str, Any]:
    data = content.data
    scores = [nats(float(value)) for value in log_p]
    title = f"{which.capitalize()} likely"
    if data.kind == "image":
        alts = [f"{content.row} {i}.".capitalize() for i in index]
        pictures = [strip(rows[i : i + 1], alt=alt, shown=64) for i, alt in enumerate(alts)]
        tiles = [(picture, score, f"row {i}") for picture, score, i in zip(pictures, scores, index, strict=True)]
        return {"title": title, "id": which, "tiles": tiles}
    if is_signal(data):
        charts = [
            profile(
                f"{which}-{i}", f"{content.row} {index[i]}".capitalize(), [rows[i]], [Key("c0", "")],
                alt=f"Line chart of {content.row} {index[i]}.", note=f"log p = {scores[i]} nats",
            )
            for i in range(min(LINES, len(rows)))
        ]  # fmt: skip
        return {"title": title, "id": which, "charts": charts}
    lead = [[str(i), score] for i, score in zip(index, scores, strict=True)]
    return {
        "title": title,
        "id": which,
        "table": row_table(
            f"{count(len(rows), 'row')}, the {which} likely first", data, rows, lead, ["Row", "log p, nats"]
        ),
    }
