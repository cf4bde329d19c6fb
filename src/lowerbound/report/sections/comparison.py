"""A table against samples: each column, and each pair of columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import DataCard, ReportContent
from lowerbound.report.elements import Chart, Key
from lowerbound.report.figures.canvas import label
from lowerbound.report.figures.heat import heat
from lowerbound.report.figures.histogram import histogram
from lowerbound.report.pictures import Comparison
from lowerbound.report.text import count, number

__all__ = ["correlations", "distance", "view"]

MOST_HISTOGRAMS, MOST_CORRELATED, MOST_NAMED = 24, 60, 30


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return a histogram for each column, and both correlation matrices."""
    comparison, data = content.comparison, content.data
    if comparison is None or not len(comparison.data) or not len(comparison.samples):
        return None
    distances = np.array([distance(*pair) for pair in zip(comparison.data.T, comparison.samples.T, strict=True)])
    return {
        "keys": (Key("c7", f"{content.row}s"), Key("c0", "samples", "line")),
        "rows": f"{count(len(comparison.data), content.row)} and {count(len(comparison.samples), 'sample')}",
        "histograms": _histograms(data, comparison, distances),
        "chosen": _chosen_note(len(distances)),
        "correlations": _matrices(data, comparison, content.row) if data.n_features > 1 else None,
        "scale": tuple(Key(f"d{i}", number(-1 + i / 4, 2)) for i in range(0, 9, 2)),
    }


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between two empirical distributions.

    Examples
    --------
    >>> distance(np.array([0.0, 1.0]), np.array([0.0, 1.0])), distance(np.zeros(3), np.ones(2))
    (0.0, 1.0)
    """
    at = np.concatenate([a, b])
    below = [np.searchsorted(np.sort(x), at, side="right") / len(x) for x in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def correlations(rows: np.ndarray) -> np.ndarray:
    """Return the correlation matrix of the columns of ``(n, D)``; NaN where a column is constant.

    Examples
    --------
    >>> correlations(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    centred = rows - rows.mean(0)
    spread = np.sqrt((centred**2).sum(0))
    still = spread <= 1e-12 * np.abs(rows).max(0)
    unit = centred / np.where(still, 1.0, spread)
    matrix = np.clip(unit.T @ unit, -1, 1)
    matrix[still | still[:, None]] = np.nan
    return matrix


def _histograms(data: DataCard, comparison: Comparison, distances: np.ndarray) -> list[Chart]:
    chosen = np.sort(np.argsort(-distances, kind="stable")[:MOST_HISTOGRAMS])
    charts = []
    for i in chosen:
        gap = number(float(distances[i]), 2)
        alt = f"Histogram of {label(data.names[i], 60)}: data against samples, largest gap {gap}."
        svg = histogram(f"marginal-{i}", comparison.data[:, i], comparison.samples[:, i], alt=alt)
        charts.append(Chart(svg, data.names[i], f"gap {gap}"))
    return charts


def _chosen_note(n: int) -> str:
    return "" if n <= MOST_HISTOGRAMS else f"The {MOST_HISTOGRAMS} of {n:,} columns that differ most."


def _matrices(data: DataCard, comparison: Comparison, row: str) -> dict[str, Any]:
    chosen = np.unique(np.linspace(0, data.n_features - 1, min(data.n_features, MOST_CORRELATED)).round().astype(int))
    both = [correlations(rows[:, chosen]) for rows in (comparison.data, comparison.samples)]
    names = [data.names[i] for i in chosen] if len(chosen) <= MOST_NAMED else []
    titles = (f"{row}s".capitalize(), "Samples")
    charts = [
        Chart(heat(f"correlation-{k}", matrix, names, names, alt=_alt(title, len(chosen)), upright=True), title)
        for k, (title, matrix) in enumerate(zip(titles, both, strict=True))
    ]
    every = len(chosen) == data.n_features
    left_out = "" if every else f"{len(chosen)} of {data.n_features:,} columns, evenly spaced. "
    return {"charts": charts, "words": left_out + _worst([data.names[i] for i in chosen], *both)}


def _alt(title: str, n: int) -> str:
    return f"Correlations between {count(n, 'column')}: {title.lower()}."


def _worst(names: list[str], data: np.ndarray, samples: np.ndarray) -> str:
    gaps = np.abs(np.triu(np.nan_to_num(samples - data), 1))
    i, j = (int(k) for k in np.unravel_index(int(gaps.argmax()), gaps.shape))
    if gaps[i, j] == 0:
        return "Every pair is equally correlated in both."
    return (
        f"The pair that differs most is {names[i]} and {names[j]}: {number(float(data[i, j]), 2)} in the data, "
        f"{number(float(samples[i, j]), 2)} in samples."
    )
