r"""What distances between draws have in common: lengths of all pairs, and a kernel's contrast within and between.

With a kernel k,

.. math:: D = \overline{k(x, x')} + \overline{k(y, y')} - 2\, \overline{k(x, y)}

is the squared maximum mean discrepancy, and the energy distance for :math:`k(x, y) = -\|x - y\|`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["contrast", "lengths", "squares"]


def squares(x: Tensor, y: Tensor) -> Tensor:
    """Return the squared lengths between draws ``(*lead, N, d)`` and ``(*lead, M, d)``: ``(*lead, N, M)``.

    By a matrix product, of draws about their common centre: errors are of the order of rounding times the largest
    squared length, so a kernel of those lengths is exact to rounding. Use :func:`lengths` where small ones count.
    """
    centre = torch.cat([x, y], -2).detach().mean(-2, keepdim=True)
    x, y = x - centre, y - centre
    square = x.square().sum(-1)[..., :, None] + y.square().sum(-1)[..., None, :] - 2.0 * x @ y.mT
    return square.clamp(min=0.0)


def lengths(x: Tensor, y: Tensor) -> Tensor:
    """Return the lengths between draws ``(N, d)`` and ``(M, d)``, by differences; a gradient of zero where zero."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def contrast(kernel: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, unbiased: bool) -> Tensor:
    """Return D, a 0-d tensor; ``unbiased`` leaves out the pairs of a draw with itself."""
    return _within(kernel(x, x), unbiased) + _within(kernel(y, y), unbiased) - 2.0 * kernel(x, y).mean()


def _within(values: Tensor, unbiased: bool) -> Tensor:
    n = len(values)
    if not unbiased:
        return values.mean()
    return (values.sum() - values.diagonal().sum()) / (n * max(n - 1, 1))
