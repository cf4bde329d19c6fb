"""How far each row's k-th neighbour is, and which rows lie within those balls."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lowerbound.distances.pairwise import squares
from lowerbound.errors import ConfigError
from lowerbound.metrics.pairwise import blocks

__all__ = ["neighbour_radii", "ratios_to_radii"]


def neighbour_radii(rows: Tensor, k: int) -> Tensor:
    """Return the squared distance of each row to its k-th nearest other row, ``(n,)``.

    Parameters
    ----------
    rows
        ``(n, D)``.
    k
        Which neighbour.

    Raises
    ------
    ConfigError
        When there are not so many others.

    Examples
    --------
    >>> neighbour_radii(torch.tensor([[0.0], [1.0], [3.0]]), 1)
    tensor([1., 1., 4.])
    """
    if not 1 <= k < len(rows):
        raise ConfigError(f"neighbours={k}: give a number from 1 to {len(rows) - 1}, one less than there are rows.")
    radii = torch.empty(len(rows), dtype=rows.dtype)
    for part in blocks(len(rows), len(rows)):
        square = squares(rows[part], rows)
        square.diagonal(part.start).fill_(0.0)
        radii[part] = square.kthvalue(k + 1, 1).values
    return radii


def ratios_to_radii(centres: Tensor, radii: Tensor, points: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Yield slices of the points, and their squared distances over each ball's squared radius, ``(b, n)``.

    A point on the centre of a ball without extent is at one.

    Examples
    --------
    >>> next(ratios_to_radii(torch.zeros(1, 1), torch.ones(1), torch.full((1, 1), 2.0)))[1]
    tensor([[4.]])
    """
    for part in blocks(len(points), len(centres)):
        square = squares(points[part], centres)
        # Distances by products have rounding errors: what is next to nothing beside the rows' own size is nothing.
        size = points[part].square().sum(1)[:, None] + centres.square().sum(1)
        near = square <= 1e-12 * size
        yield part, torch.where(near & (radii <= 1e-12 * size), 1.0, square / radii.clamp(min=1e-300))
