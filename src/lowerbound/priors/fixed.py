"""What priors without parameters share: a shape, and a device and dtype to be on."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Component, Size, as_shape

__all__ = ["Fixed"]


class Fixed(Component, nn.Module, ABC):
    """One distribution, whatever the contexts.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    """

    support: str
    zeros: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.register_buffer("zeros", torch.zeros(self.event_shape), persistent=False)

    @abstractmethod
    def density(self, zeros: Tensor) -> Distribution:
        """Return the distribution from ``zeros`` of the event's shape, on the module's device and of its dtype."""

    def forward(self, *contexts: Tensor | None) -> Distribution:
        """Return the distribution, of empty batch shape."""
        return self.density(self.zeros)
