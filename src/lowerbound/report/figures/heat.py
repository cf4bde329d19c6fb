"""Cells of a matrix in a few colours of the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from lowerbound.report.figures.canvas import draw, label, token

__all__ = ["STEPS", "heat"]

STEPS = 9
FINE = 24


def heat(
    name: str, values: np.ndarray, rows: Sequence[str], columns: Sequence[str], *, alt: str, limit: float = 1.0,
    x_name: str = "", square: bool = True, upright: bool = False,
) -> str:  # fmt: skip
    """Draw a matrix in nine steps from ``-limit`` over 0 to ``limit``.

    Parameters
    ----------
    name, alt
        As in `draw`.
    values : ndarray, (n, m)
        NaN is left blank.
    rows, columns : sequence of str
        Names; none are written where the sequence is empty.
    limit : float
        Where the colours end.
    x_name : str
        Axis label.
    square, upright : bool
        Whether cells are square, and column names run upwards.

    Examples
    --------
    >>> heat("r", np.eye(2), ["a", "b"], [], alt="Two by two.").count("var(--d8)")
    1
    """

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _cells(axes, values, limit)
        n, m = values.shape
        axes.set_xlim(-0.5, m - 0.5)
        axes.set_ylim(n - 0.5, -0.5)
        axes.set_aspect("equal" if square else "auto")
        axes.set_xticks(range(len(columns)), [label(c, 12) for c in columns], rotation=90 if upright else 0)
        axes.set_yticks(range(len(rows)), [label(r, 14) for r in rows])
        axes.tick_params(length=0, labelsize=11 if square and n <= 14 else 9 if n <= 24 else 8)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(label(x_name, 40))

    return draw(name, (380, 380) if square else (264, 60 + 16 * len(values)), paint, alt)


def _cells(axes: Axes, values: np.ndarray, limit: float) -> None:
    """One path for each colour, however many cells."""
    with np.errstate(invalid="ignore"):
        level = np.rint((np.clip(values / limit, -1, 1) + 1) / 2 * (STEPS - 1))
    half = 0.46 if max(values.shape) <= FINE else 0.5
    for step in range(STEPS):
        boxes = [_box(i, j, half) for i, j in np.argwhere(level == step)]
        if boxes:
            axes.add_artist(PathPatch(Path.make_compound_path(*boxes), color=token(f"d{step}"), lw=0))


def _box(row: int, column: int, half: float) -> Path:
    left, right, top, bottom = column - half, column + half, row - half, row + half
    return Path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], closed=True)
