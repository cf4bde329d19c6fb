"""Sorted bars."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lowerbound.report.figures.canvas import draw, token
from lowerbound.report.text import number

__all__ = ["sorted_bars"]

NAMED = 20


def sorted_bars(name: str, values: np.ndarray, strong: np.ndarray, *, alt: str, y_name: str, x_name: str) -> str:
    """Draw values as bars, the largest first, the strong ones in colour and the others in grey.

    Parameters
    ----------
    name, alt
        As in `draw`.
    values : ndarray, (D,)
        Heights.
    strong : ndarray of bool, (D,)
        Which are in colour.
    y_name, x_name : str
        Axis labels.

    Examples
    --------
    >>> svg = sorted_bars("kl", np.array([0.1, 2.0]), np.array([False, True]), alt="Two bars.", y_name="nats", x_name="z")
    >>> svg.index("var(--c0)") < svg.index("var(--c7)")
    True
    """
    order = np.argsort(-values, kind="stable")

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        colors = [token("c0" if on else "c7") for on in strong[order]]
        axes.bar(np.arange(len(order)), values[order], width=0.72, color=colors)
        axes.set_ylabel(y_name)
        axes.set_xlabel(x_name)
        axes.set_xlim(-0.6, max(len(order) - 0.4, 3))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        named = order if len(order) <= NAMED else ()
        axes.set_xticks(range(len(named)), [str(i) for i in named])
        axes.tick_params(axis="x", length=0)

    return draw(name, (460, 250), paint, alt)
