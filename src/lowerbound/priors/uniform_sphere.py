"""Every direction equally likely."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape

__all__ = ["UniformSphere"]


class UniformSphere(Component, nn.Module):
    """A constant density on vectors of length one: von Mises and Fisher's of concentration zero.

    Parameters
    ----------
    event_shape
        ``(D,)``, D at least two.

    References
    ----------
    Davidson et al., Hyperspherical Variational Auto-Encoders, 2018, section 3.2.

    Examples
    --------
    >>> UniformSphere((3,))().variance
    tensor([0.3333, 0.3333, 0.3333])
    """

    support = "sphere"
    pole: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        pole = functional.pad(torch.ones(1), (0, self.event_shape[0] - 1))
        self.register_buffer("pole", pole, persistent=False)

    def forward(self, *contexts: Tensor | None) -> distributions.VonMisesFisher:
        """Return the distribution, of empty batch shape."""
        return distributions.VonMisesFisher(self.pole, torch.zeros_like(self.pole[0]))
