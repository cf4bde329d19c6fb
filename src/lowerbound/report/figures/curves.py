"""Lines over training, or over anything else along x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from lowerbound.report.figures.canvas import draw, label, nice_axis, token

__all__ = ["Line", "curves", "frame"]

MOST_POINTS = 400


@dataclass(frozen=True)
class Line:
    """Points ``x, y`` (n,) joined in a colour token, dashed or not.

    Examples
    --------
    >>> Line(np.arange(2), np.ones(2), "c0").dashed
    False
    """

    x: np.ndarray
    y: np.ndarray
    color: str
    dashed: bool = False


def curves(
    name: str, lines: Sequence[Line], *, alt: str, x_name: str = "step", y_name: str = "",
    size: tuple[float, float] = (264, 170), robust: bool = False, ticks: Sequence[str] = (),
) -> str:  # fmt: skip
    """Draw lines.

    Parameters
    ----------
    name, alt, size
        As in `draw`.
    lines : sequence of Line
        Thinned to what the eye can tell apart.
    x_name, y_name : str
        Axis labels.
    robust : bool
        Whether the first tenth of each line may leave the frame, so that the rest can be seen.
    ticks : sequence of str
        Names of ``x = 0, 1, ...`` instead of numbers.

    Examples
    --------
    >>> curves("loss", [Line(np.arange(3), np.ones(3), "c0")], alt="A flat line.").count("<path") > 0
    True
    """

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for line in map(_thinned, lines):
            alone = "o" if len(line.x) == 1 else None
            axes.plot(line.x, line.y, color=token(line.color), ls="--" if line.dashed else "-", marker=alone, ms=4)
        if robust:
            axes.set_ylim(*frame([line.y for line in lines]))
        nice_axis(axes, whole=all(np.all(line.x == np.round(line.x)) for line in lines))
        if ticks:
            axes.set_xticks(range(len(ticks)), [label(tick, 10) for tick in ticks])
        axes.set_xlabel(label(x_name, 24))
        axes.set_ylabel(label(y_name, 24))

    return draw(name, size, paint, alt)


def frame(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return limits that hold all but the first tenth of each series, and that tenth too if it is not far off.

    Examples
    --------
    >>> frame([np.array([-900.0, *range(-20, 0)])])[0] > -30
    True
    """
    late = np.concatenate([series[len(series) // 10 :] for series in values])
    everything = np.concatenate(list(values))
    low, high = float(late.min()), float(late.max())
    span = (high - low) or abs(high) * 0.1 or 1.0
    low = float(everything.min()) if everything.min() > low - span else low
    high = float(everything.max()) if everything.max() < high + span else high
    return low - 0.05 * span, high + 0.05 * span


def _thinned(line: Line) -> Line:
    keep = np.unique(np.linspace(0, len(line.x) - 1, min(len(line.x), MOST_POINTS)).round().astype(int))
    return Line(line.x[keep], line.y[keep], line.color, line.dashed)
