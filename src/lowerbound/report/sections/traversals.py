"""One latent dimension moved at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import DataCard, ReportContent, Traversal
from lowerbound.report.elements import Chart, Key, Strip
from lowerbound.report.figures.curves import Line, curves
from lowerbound.report.figures.heat import heat
from lowerbound.report.figures.tiles import strip
from lowerbound.report.sections.rows import FEW, is_signal
from lowerbound.report.text import nats, number

__all__ = ["view"]

MOST_CHARTS = 6
FEW_COLUMNS = 3


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return strips of images, or a chart for each latent dimension."""
    traversal, data = content.traversal, content.data
    if traversal is None or not len(traversal.dims):
        return None
    values = np.broadcast_to(traversal.values, traversal.rows.shape[:2])
    ends = f"from {number(float(values[0, 0]), 2)} to {number(float(values[0, -1]), 2)}"
    kl = content.health.kl_per_dim if content.health else None
    if data.kind == "image":
        strips = [_strip(traversal, i, ends, kl) for i in range(len(traversal.dims))]
        return {"ends": ends, "given": traversal.given, "marks": _marks(values[0]), "strips": strips}
    draw = _bundle if is_signal(data) else _lines if data.n_features <= FEW_COLUMNS else _heat
    shown = range(min(MOST_CHARTS, len(traversal.dims)))
    charts = [draw(data, traversal, i, values[i], _note(traversal, i, kl)) for i in shown]
    legend = _legend(data, float(values[0, 0]), float(values[0, -1]))
    return {"ends": ends, "given": traversal.given, "charts": charts, "legend": legend, "heat": draw is _heat}


def _ticks(values: np.ndarray) -> list[str]:
    """Name both ends and the middle."""
    marks = _marks(values)
    between = [""] * (len(values) - 1)
    return [marks[0], *between[: len(values) // 2 - 1], marks[1], *between[len(values) // 2 + 1 :], marks[2]]


def _marks(values: np.ndarray) -> list[str]:
    return [number(float(value), 2) for value in (values[0], values[len(values) // 2], values[-1])]


def _note(traversal: Traversal, i: int, kl: np.ndarray | None) -> str:
    at = int(traversal.dims[i])
    return "" if kl is None or at >= len(kl) or not np.isfinite(kl[at]) else f"KL {nats(float(kl[at]))}"


def _strip(traversal: Traversal, i: int, ends: str, kl: np.ndarray | None) -> Strip:
    name = f"z{traversal.dims[i]}"
    alt = f"Images as {name} goes {ends}."
    return Strip(name, strip(traversal.rows[i], alt=alt, shown=60), _note(traversal, i, kl))


def _lines(data: DataCard, traversal: Traversal, i: int, at: np.ndarray, note: str) -> Chart:
    """Few columns: each a line over the latent value."""
    name = f"z{traversal.dims[i]}"
    lines = [Line(at, traversal.rows[i, :, j], f"c{j}", j == 1) for j in range(data.n_features)]
    alt = f"Line chart of the mean of {data.n_features} columns as {name} moves."
    return Chart(curves(f"traverse-{i}", lines, alt=alt, x_name=name), name, note)


def _heat(data: DataCard, traversal: Traversal, i: int, at: np.ndarray, note: str) -> Chart:
    """Some columns: how far each moves from its middle, in units of the largest move on the page."""
    name, k = f"z{traversal.dims[i]}", min(FEW, data.n_features)
    spread = np.abs(_moves(traversal)).max((0, 1))
    moved = _moves(traversal)[i] / np.where(spread > 0, spread, 1.0)
    order = np.sort(np.argsort(-np.abs(moved).max(0), kind="stable")[:k])
    alt = f"Heat map of {k} columns as {name} moves."
    svg = heat(
        f"traverse-{i}", moved[:, order].T, [data.names[j] for j in order], _ticks(at),
        alt=alt, x_name=f"value of {name}", square=False,
    )  # fmt: skip
    return Chart(svg, name, note)


def _bundle(data: DataCard, traversal: Traversal, i: int, at: np.ndarray, note: str) -> Chart:
    """Many columns: the row as a line, from low latent values to high ones."""
    name = f"z{traversal.dims[i]}"
    shades = np.linspace(0, 8, len(at)).round().astype(int)
    entries = np.arange(data.n_features)
    lines = [Line(entries, row, f"s{shade}") for row, shade in zip(traversal.rows[i], shades, strict=True)]
    alt = f"{len(at)} lines over the entries of a row as {name} moves."
    return Chart(curves(f"traverse-{i}", lines, alt=alt, x_name="entry of the row"), name, note)


def _moves(traversal: Traversal) -> np.ndarray:
    rows = traversal.rows.reshape(*traversal.rows.shape[:2], -1)
    return rows - rows[:, rows.shape[1] // 2, None]


def _legend(data: DataCard, low: float, high: float) -> tuple[Key, ...]:
    if is_signal(data):
        return Key("s0", f"latent at {number(low, 2)}", "line"), Key("s8", f"at {number(high, 2)}", "line")
    if data.n_features <= FEW_COLUMNS:
        return tuple(Key(f"c{j}", name, "dash" if j == 1 else "line") for j, name in enumerate(data.names))
    return Key("d0", "below its middle"), Key("d8", "above its middle")
