r"""Sprites with known factors, rendered here: every shape at every scale, rotation and position.

A shape is a set of points (u, v) inside the unit circle:

.. math:: \max(|u|, |v|) \le 1/\sqrt 2, \qquad u^2 + 4 v^2 \le 1, \qquad
    (a^2 + b^2 - 1)^3 \le a^2 b^3 \text{ with } (a, b) = 1.4\,(u, v),

a square, an ellipse and a heart. A pixel is the share of its 4 x 4 points that lie inside.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from lowerbound.data.card import Card
from lowerbound.data.dataset import Dataset
from lowerbound.data.factors import Factors
from lowerbound.data.schema import Schema
from lowerbound.errors import ConfigError

__all__ = ["CARD", "sprites"]

SHAPES = ("square", "ellipse", "heart")
NAMES = ("shape", "scale", "rotation", "x", "y")
FULL = (3, 6, 20, 16, 16)
MOST = (3, 64, 360)
SIDE, SIDES, GRID = 32, (32, 64), 4
"""A sprite of the largest scale has a radius of a quarter of a side, and half a side to move in."""

CARD = Card(
    name="sprites",
    summary="Rendered squares, ellipses and hearts: all combinations of 5 known factors",
    rows=math.prod(FULL),
    shape=(1, SIDE, SIDE),
    source="rendered by lowerbound",
    licence="CC0 1.0",
    citation="after Matthey et al. (2017), dSprites: disentanglement testing sprites dataset.",
)


def sprites(*, sizes: tuple[int, ...] = FULL, grey: bool = False, side: int = SIDE) -> Dataset:
    """Return sprites ``(1, side, side)`` with their factors: shape, scale, rotation, x and y.

    All 92160 combinations of 3 shapes, 6 scales from 1/2 to 1, 20 rotations of a full turn and 16 x 16 positions, in
    that order, y fastest; made after dSprites, rendered here in a moment, and kept in memory only. A square looks the
    same after a quarter turn and an ellipse after half a turn. The class is the shape. There is no split yet: all rows
    may be trained on, or `Dataset.split` holds some out.

    Parameters
    ----------
    sizes : tuple of int, default (3, 6, 20, 16, 16)
        How many values each factor takes: smaller for a quick look.
    grey : bool, default False
        Smooth edges in 17 grey levels; otherwise a pixel is 1 when at least half of it is covered.
    side : {32, 64}
        Pixels of a side; dSprites has 64. Twice as many take four times the memory, and a rate weighs a quarter as
        much beside them.

    Raises
    ------
    ConfigError
        For sizes or a side that cannot be rendered.

    References
    ----------
    Matthey et al., "dSprites: disentanglement testing sprites dataset", 2017.
    Higgins et al., "beta-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.

    Examples
    --------
    >>> data = sprites(sizes=(3, 2, 4, 2, 2))
    >>> len(data), data.schema.shape, data.factors
    (96, (1, 32, 32), Factors(rows=96, shape=3, scale=2, rotation=4, x=2, y=2))
    """
    sizes = tuple(sizes)
    if side not in SIDES or not isinstance(side, int):
        raise ConfigError(f"side={side!r} of sprites: they are {' or '.join(map(str, SIDES))} pixels wide.")
    limits = (*MOST, side // 2, side // 2)
    if len(sizes) != len(FULL) or not all(
        isinstance(n, int) and 1 <= n <= most for n, most in zip(sizes, limits, strict=True)
    ):
        raise ConfigError(
            f"sizes={sizes!r} of sprites: give five whole numbers from 1, at most {', '.join(map(str, limits))}."
        )
    x = _rendered(sizes, grey, side)
    values = torch.cartesian_prod(*(torch.arange(n) for n in sizes))
    classes = SHAPES[: sizes[0]]
    schema = Schema(
        (1, side, side), "levels" if grey else "binary", levels=GRID**2 + 1 if grey else None, classes=classes
    )
    return CARD.dataset(x, schema, values[:, 0].clone(), {}, Factors(values, NAMES, sizes))


@lru_cache(maxsize=1)
def _rendered(sizes: tuple[int, ...], grey: bool, side: int) -> Tensor:
    """Render each shape, scale and rotation once, and cut out a window for every position: uint8 (n, 1, side, side)."""
    covered = _templates(*sizes[:3], radius=side // 4)
    bits = covered if grey else (2 * covered >= GRID**2).to(torch.uint8)
    room = side - 2 * (side // 4) - 1
    windows = torch.nn.functional.pad(bits, (room,) * 4).unfold(1, side, 1).unfold(2, side, 1)
    across, down = (room - _positions(n, room) for n in sizes[3:])
    return windows[:, down][:, :, across].transpose(1, 2).reshape(-1, 1, side, side).contiguous()


def _positions(n: int, room: int) -> Tensor:
    """Whole pixels, so that a template serves every position."""
    return torch.linspace(0, room, n).round().long() if n > 1 else torch.tensor([room // 2])


def _templates(shapes: int, scales: int, rotations: int, *, radius: int) -> Tensor:
    """Count the points of each pixel that lie inside: uint8 (shapes * scales * rotations, width, width)."""
    width = 2 * radius + 1
    points = (torch.arange(width * GRID) + 0.5) / GRID - width / 2
    down, across = torch.meshgrid(points, points, indexing="ij")
    scale = torch.linspace(0.5, 1.0, scales)[:, None, None, None] if scales > 1 else torch.ones(1, 1, 1, 1)
    angle = (torch.arange(rotations) * (2 * math.pi / rotations))[:, None, None]
    u = (across * angle.cos() + down * angle.sin()) / (radius * scale)
    v = (across * angle.sin() - down * angle.cos()) / (radius * scale)
    inside = torch.stack([_square(u, v), _ellipse(u, v), _heart(u, v)][:shapes])
    return inside.reshape(-1, width, GRID, width, GRID).sum((2, 4)).to(torch.uint8)


def _square(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(u.abs(), v.abs()) <= math.sqrt(0.5)


def _ellipse(u: Tensor, v: Tensor) -> Tensor:
    return u.square() + 4 * v.square() <= 1


def _heart(u: Tensor, v: Tensor) -> Tensor:
    a, b = 1.4 * u, 1.4 * v
    return (a.square() + b.square() - 1) ** 3 <= a.square() * b**3
