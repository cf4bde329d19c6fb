r"""Shift and scale: :math:`f(z) = \mu + e^s z`."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions.transforms.transform import Transform

__all__ = ["AffineTransform"]


class AffineTransform(Transform):
    """loc + exp(log_scale) z.

    Parameters
    ----------
    loc, log_scale
        ``(*lead, D)``.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, equation 7.

    Examples
    --------
    >>> AffineTransform(torch.ones(2), torch.zeros(2)).forward(torch.zeros(2))
    (tensor([1., 1.]), tensor(0.))
    """

    def __init__(self, loc: Tensor, log_scale: Tensor) -> None:
        self.loc, self.log_scale = loc, log_scale

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved z and the sum of the log scales."""
        return self.loc + self.log_scale.exp() * z, self.log_scale.sum(-1)

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return (value - loc) / scale, and the sum of the log scales."""
        return (value - self.loc) * torch.exp(-self.log_scale), self.log_scale.sum(-1)
