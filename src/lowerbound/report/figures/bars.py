"""Sorted bars."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lowerbound.report.figures.canvas import draw, token
from lowerbound.report.text import number

__all__ = ["sorted_bars"]


def sorted_bars(
    name: str, values: np.ndarray, strong: np.ndarray, *, most: int, alt: str, y_name: str, x_name: str
) -> str:
    """Draw values as bars, the largest first, the strong ones in colour and the others in grey.

    Parameters
    ----------
    name, alt
        As in `draw`.
    values : ndarray, (D,)
        Heights.
    strong : ndarray of bool, (D,)
        Which are in colour.
    most : int
        Bars to draw.
    y_name, x_name : str
        Axis labels.

    Examples
    --------
    >>> strong = np.array([False, True])
    >>> svg = sorted_bars("kl", np.array([0.1, 2.0]), strong, most=9, alt="Two bars.", y_name="nats", x_name="z")
    >>> svg.index("var(--c0)") < svg.index("var(--c7)")
    True
    """
    order = np.argsort(-values, kind="stable")[:most]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        colors = [token("c0" if on else "c7") for on in strong[order]]
        axes.bar(np.arange(len(order)), values[order], width=0.72, color=colors)
        axes.set_ylabel(y_name)
        axes.set_xlabel(x_name)
        axes.set_xlim(-0.6, max(len(order) - 0.4, 7.6))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axes.set_xticks(range(len(order)), [str(i) for i in order])
        axes.tick_params(axis="x", length=0, labelsize=11 if len(values) <= 100 else 9)

    return draw(name, (460, 250), paint, alt)
