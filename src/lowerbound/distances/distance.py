"""The contract of distances."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from lowerbound.core import Component

__all__ = ["Distance"]


class Distance(Component, nn.Module, ABC):
    """A distance between two distributions, estimated from draws of both; differentiable in both.

    Whatever is random in it (projections, say) comes from :mod:`lowerbound.core.noise`.
    """

    @abstractmethod
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
