r"""Householder flows: reflect at a plane, :math:`f(z) = (I - 2 v v^\top / \lVert v \rVert^2) z`; no volume changes."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from lowerbound.distributions.transforms.transform import Transform

__all__ = ["HouseholderTransform"]


class HouseholderTransform(Transform):
    """One reflection, its own inverse.

    Parameters
    ----------
    v
        ``(*lead, D)``, of any length.

    References
    ----------
    Tomczak and Welling, Improving Variational Auto-Encoders using Householder Flow, 2016, equation 8.

    Examples
    --------
    >>> import torch
    >>> HouseholderTransform(torch.tensor([2.0, 0.0])).forward(torch.ones(2))
    (tensor([-1.,  1.]), tensor(0.))
    """

    def __init__(self, v: Tensor) -> None:
        self.v = functional.normalize(v, dim=-1)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reflected z, and zero."""
        moved = z - 2 * self.v * (self.v * z).sum(-1, keepdim=True)
        return moved, moved.new_zeros(moved.shape[:-1])

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reflected value, and zero."""
        return self.forward(value)
