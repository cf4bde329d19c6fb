"""The latent space in two dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import ReportContent
from lowerbound.report.elements import Chart, Key
from lowerbound.report.figures.scatter import Group, lanes, scatter
from lowerbound.report.pictures import LatentMap
from lowerbound.report.text import count, number

__all__ = ["view"]

MOST_CLASSES = 12
BINS = 5


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return the picture with its legend."""
    latent = content.latent
    if latent is None or not len(latent.points):
        return None
    groups, by = _groups(latent)
    n = count(len(latent.points), content.row)
    colored = f", coloured by {by}" if by else ""
    alt = f"Posterior means of {n} in {count(latent.points.shape[1], 'dimension')}{colored}."
    if latent.points.shape[1] == 1:
        named = [Group(g.points, g.color, g.tag or "all rows") for g in groups]
        svg = lanes("latent", named, latent.axes[0], alt=alt)
    else:
        tagged = groups if latent.labels is not None else [Group(g.points, g.color) for g in groups]
        svg = scatter("latent", tagged, latent.axes, alt=alt)
    legend = tuple(Key(g.color, g.tag) for g in groups if g.tag)
    return {"chart": Chart(svg, "Posterior means", _note(latent, n), legend), "by": by}


def _note(latent: LatentMap, rows: str) -> str:
    if latent.explained is None:
        return rows
    return f"{rows}; principal components with {number(100 * latent.explained, 3)}% of the variance of the means"


def _groups(latent: LatentMap) -> tuple[list[Group], str]:
    """Group the points by class, or by fifths of a covariate, and say by which."""
    if latent.labels is not None:
        return _by_class(latent.points, latent.labels, latent.names or ()), "label"
    if latent.values is not None and np.ptp(latent.values) > 0:
        return _by_value(latent.points, latent.values), latent.value_name or "covariate"
    return [Group(latent.points, "c0")], ""


def _by_class(points: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> list[Group]:
    """One colour a class; where classes outnumber colours, the rarer ones share the grey."""
    present, counts = np.unique(labels, return_counts=True)
    known = present
    if len(present) > MOST_CLASSES:
        known = np.sort(present[np.argsort(-counts, kind="stable")[: MOST_CLASSES - 1]])
    colors = [f"c{i}" for i in range(MOST_CLASSES) if i != 7 or len(present) <= MOST_CLASSES]
    groups = [
        Group(points[labels == k], color, names[k] if k < len(names) else str(k))
        for k, color in zip(known, colors, strict=False)
    ]
    others = points[~np.isin(labels, known)]
    return [Group(others, "c7", "others"), *groups] if len(others) else groups


def _by_value(points: np.ndarray, values: np.ndarray) -> list[Group]:
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
    which = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    shades = np.linspace(0, 8, len(edges) - 1).round().astype(int)
    return [
        Group(points[which == k], f"s{shade}", f"{number(edges[k], 3)} to {number(edges[k + 1], 3)}")
        for k, shade in enumerate(shades)
        if (which == k).any()
    ]
