"""The standard normal of the Poincare ball."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape

__all__ = ["StandardWrappedNormal"]


class StandardWrappedNormal(Component, nn.Module):
    """A wrapped normal at the origin of the ball, of scale one, whatever the contexts.

    Parameters
    ----------
    event_shape
        ``(D,)``.

    References
    ----------
    Nagano et al., A Wrapped Normal Distribution on Hyperbolic Space for Gradient-Based Learning, 2019, section 4;
    Mathieu et al., Continuous Hierarchical Representations with Poincare Variational Auto-Encoders, 2019, section 3.

    Examples
    --------
    >>> StandardWrappedNormal((3,))().mean
    tensor([0., 0., 0.])
    """

    support = "ball"
    zeros: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.register_buffer("zeros", torch.zeros(self.event_shape), persistent=False)

    def forward(self, *contexts: Tensor | None) -> distributions.WrappedNormal:
        """Return the distribution, of empty batch shape."""
        return distributions.WrappedNormal(self.zeros, self.zeros)
