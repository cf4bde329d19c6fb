"""The standard normal prior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape

__all__ = ["StandardNormal"]


class StandardNormal(Component, nn.Module):
    """N(0, I), whatever the contexts.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, section 3.

    Examples
    --------
    >>> StandardNormal((3,))().mean
    tensor([0., 0., 0.])
    """

    zeros: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.register_buffer("zeros", torch.zeros(self.event_shape), persistent=False)

    def forward(self, *contexts: Tensor | None) -> distributions.DiagonalNormal:
        """Return the distribution, of empty batch shape."""
        return distributions.DiagonalNormal(self.zeros, self.zeros, len(self.event_shape))
