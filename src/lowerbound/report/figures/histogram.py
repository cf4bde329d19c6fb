"""One column of data against samples."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lowerbound.report.figures.canvas import draw, nice_axis, token

__all__ = ["histogram"]

MOST_BINS = 30


def histogram(name: str, data: np.ndarray, samples: np.ndarray, *, alt: str) -> str:
    """Draw the data filled and the samples as a line, both as densities over the same bins.

    Parameters
    ----------
    name, alt
        As in `draw`.
    data, samples : ndarray, (n,) and (m,)
        Values of one column. Samples beyond the frame are counted in its outermost bins.

    Examples
    --------
    >>> svg = histogram("age", np.arange(9.0), np.arange(9.0), alt="Data and samples.")
    >>> "var(--c7)" in svg and "var(--c0)" in svg
    True
    """
    edges = _edges(data, samples)
    inside = np.clip(samples, edges[0], edges[-1])

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.stairs(np.histogram(data, edges, density=True)[0], edges, fill=True, color=token("c7"), alpha=0.45)
        axes.stairs(np.histogram(inside, edges, density=True)[0], edges, color=token("c0"), lw=1.6)
        nice_axis(axes, x=3)
        axes.yaxis.set_major_locator(NullLocator())
        axes.set_ylim(bottom=0)

    return draw(name, (190, 115), paint, alt)


def _edges(data: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Bins over the data and the middle of the samples: whole numbers get a bin each when they are few."""
    values = np.unique(data)
    bins = int(np.clip(2 * len(data) ** (1 / 3), 8, MOST_BINS))  # Rice's rule
    if len(values) <= MOST_BINS and np.all(values == np.round(values)):
        low, high = values[0], values[-1]
        if high - low < MOST_BINS:
            return np.arange(low - 0.5, high + 1.0)
    low, high = np.minimum(data.min(), np.quantile(samples, 0.01)), np.maximum(data.max(), np.quantile(samples, 0.99))
    reach = (data.max() - data.min()) or abs(data.max()) * 0.1 or 1.0
    low, high = max(low, data.min() - reach), min(high, data.max() + reach)
    return np.linspace(low, high if high > low else low + reach, bins + 1)
