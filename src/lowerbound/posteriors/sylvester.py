"""Posteriors of Sylvester flows share their triangular matrices; they differ in where the columns come from."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions import SylvesterTransform

__all__ = ["sylvester_size", "sylvester_step"]

LARGEST = 0.999
"""Of the entries on the diagonals: their products stay above -1."""


def sylvester_size(units: int) -> int:
    """Return how many raw parameters the step of M units takes besides its columns."""
    return units * (units + 2)


def sylvester_step(q: Tensor, params: Tensor) -> SylvesterTransform:
    """Return the step of columns ``(*lead, D, M)`` and raw parameters ``(*lead, M (M + 2))``.

    One matrix holds R above its diagonal and the other one below it. Zeros are the identity: R is zero then, and the
    other matrix is not, so that R has a gradient.
    """
    m = q.shape[-1]
    both, second, b = params.split([m * m, m, m], -1)
    both = both.unflatten(-1, (m, m))
    first = LARGEST * torch.tanh(both.diagonal(dim1=-2, dim2=-1))
    r = both.triu(1) + torch.diag_embed(first)
    r_tilde = both.tril(-1).mT + torch.diag_embed(LARGEST * torch.tanh(1 + second))
    return SylvesterTransform(q, r, r_tilde, b)
