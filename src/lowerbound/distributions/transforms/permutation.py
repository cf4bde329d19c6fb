"""Coordinates in another order, so that the next step of a flow sees them so."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions.transforms.transform import Transform

__all__ = ["PermutationTransform"]


class PermutationTransform(Transform):
    """f(z) = z[order].

    Parameters
    ----------
    order
        A permutation of 0 to D - 1, ``(D,)`` integers.

    References
    ----------
    Dinh, Sohl-Dickstein and Bengio, Density Estimation using Real NVP, 2017, section 3.5.

    Examples
    --------
    >>> PermutationTransform(torch.tensor([2, 0, 1])).forward(torch.tensor([1.0, 2.0, 3.0]))
    (tensor([3., 1., 2.]), tensor(0.))
    """

    def __init__(self, order: Tensor) -> None:
        self.order = order

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return z in the new order, and zero."""
        return z.index_select(-1, self.order), z.new_zeros(z.shape[:-1])

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the value in the old order, and zero."""
        return value.index_select(-1, torch.argsort(self.order)), value.new_zeros(value.shape[:-1])
