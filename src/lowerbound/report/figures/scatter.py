"""Points in the plane, coloured by group, with the groups' names among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lowerbound.report.figures.canvas import draw, label, nice_axis, token

__all__ = ["Group", "lanes", "scatter"]

SIZE = (460.0, 400.0)
LETTER, LINE = 8.0, 16.0  # of a tag, in pixels


@dataclass(frozen=True)
class Group:
    """Points ``(n, 2)`` in a colour token; ``tag`` is written at their middle.

    Examples
    --------
    >>> Group(np.zeros((3, 2)), "c0").tag
    ''
    """

    points: np.ndarray
    color: str
    tag: str = ""


def scatter(name: str, groups: Sequence[Group], axis_names: Sequence[str], *, alt: str) -> str:
    """Draw groups of points, one unit as long in x as in y.

    Examples
    --------
    >>> svg = scatter("map", [Group(np.eye(2), "c3", "three")], ("z0", "z1"), alt="Two points.")
    >>> "three" in svg
    True
    """

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for group in groups:
            axes.scatter(*group.points.T, s=_size(groups), color=token(group.color), linewidths=0, alpha=0.75)
        axes.grid(visible=True, axis="both")
        axes.set_aspect("equal", adjustable="datalim")
        nice_axis(axes, x=5, y=5)
        axes.set_xlabel(label(axis_names[0], 40))
        axes.set_ylabel(label(axis_names[1], 40))
        _tag(axes, [group for group in groups if group.tag])

    return draw(name, SIZE, paint, alt)


def lanes(name: str, groups: Sequence[Group], axis_name: str, *, alt: str) -> str:
    """Draw points with one coordinate, a lane for each group; the place across a lane means nothing.

    Examples
    --------
    >>> lanes("map", [Group(np.zeros((2, 1)), "c0", "all")], "z0", alt="Two points.").count("<use") >= 2
    True
    """

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for lane, group in enumerate(groups):
            across = np.random.default_rng(lane).uniform(-0.32, 0.32, len(group.points))
            axes.scatter(
                group.points[:, 0], lane + across, s=_size(groups), color=token(group.color), linewidths=0, alpha=0.75
            )
        nice_axis(axes, x=5)
        axes.set_yticks(range(len(groups)), [label(group.tag, 14) for group in groups])
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.grid(visible=False)
        axes.set_xlabel(label(axis_name, 40))

    return draw(name, (SIZE[0], min(400.0, 110.0 + 28.0 * len(groups))), paint, alt)


def _size(groups: Sequence[Group]) -> float:
    """Area of a point: smaller when there are many."""
    return float(np.clip(6000 / sum(len(group.points) for group in groups), 6, 20))


def _tag(axes: Axes, groups: Sequence[Group]) -> None:
    """Write each tag at the median of its group, moved as little as keeps the tags apart."""
    if not groups:
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    span = np.array([(right - left) / SIZE[0], (top - bottom) / SIZE[1]])
    tags = [label(group.tag, 12) for group in groups]
    middles = np.stack([np.median(group.points, 0) for group in groups]) / span
    widths = np.array([LETTER * len(tag) + 8 for tag in tags])
    for tag, (x, y) in zip(tags, spread(middles, widths) * span, strict=True):
        axes.text(x, y, tag, ha="center", va="center", fontweight="bold", gid="class-halo")


def spread(middles: np.ndarray, widths: np.ndarray, height: float = LINE, rounds: int = 200) -> np.ndarray:
    """Move boxes apart until none overlaps another, or the rounds are over.

    Parameters
    ----------
    middles : ndarray, (n, 2)
        In pixels.
    widths : ndarray, (n,)
        In pixels.
    height : float
        Of every box.
    rounds : int
        At most.

    Examples
    --------
    >>> spread(np.array([[0.0, 0.0], [0.0, 1.0]]), np.array([20.0, 20.0])).round().tolist()
    [[0.0, -8.0], [0.0, 8.0]]
    """
    places = middles.astype(float).copy()
    for _ in range(rounds):
        moved = False
        for i in range(len(places)):
            for j in range(i):
                gap = places[i] - places[j]
                overlap = np.array([(widths[i] + widths[j]) / 2, height]) - np.abs(gap)
                if (overlap > 1e-6).all():
                    axis = int(overlap[1] <= overlap[0])
                    step = np.where(gap[axis] >= 0, 0.5, -0.5) * overlap[axis]
                    places[i, axis] += step
                    places[j, axis] -= step
                    moved = True
        if not moved:
            break
    return places
