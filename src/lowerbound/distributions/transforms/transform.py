"""What a normalizing flow is made of: an invertible map that knows how it changes volumes."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

__all__ = ["Transform"]


class Transform(ABC):
    """An invertible map f of vectors, its parameters tensors ``(*lead, ...)``.

    Values are ``(*samples, *lead, D)``; what is in ``lead`` broadcasts.
    """

    @abstractmethod
    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return f(z), and ``log |det df/dz|``, ``(*samples, *lead)`` or what broadcasts to it."""

    @abstractmethod
    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the z with f(z) = value, and ``log |det df/dz|`` there, the number that :meth:`forward` returns."""
