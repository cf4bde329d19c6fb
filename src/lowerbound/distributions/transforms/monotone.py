r"""Increasing maps of one number, the parameters of each entry given: what couplings and autoregression apply.

The affine one, :math:`y = m + e^s x`, bounds its log scale: s = L tanh(raw / L).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

__all__ = ["Monotone", "MonotoneAffine"]

LARGEST = 3.0
"""Of the log scale of one step."""


class Monotone(ABC):
    """An increasing map of each entry of ``(*lead, D)``; raw parameters of zero are the identity.

    Attributes
    ----------
    raw
        ``(*lead, D, K)``.
    """

    raw: Tensor

    @abstractmethod
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return y(x) and log dy/dx, entry by entry."""

    @abstractmethod
    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return x(y) and log dy/dx there, entry by entry."""


class MonotoneAffine(Monotone):
    """Shift and scale.

    Parameters
    ----------
    raw
        Shift and raw log scale, ``(*lead, D, 2)``.

    References
    ----------
    Kingma et al., Improving Variational Inference with Inverse Autoregressive Flow, 2016, equation 10.

    Examples
    --------
    >>> MonotoneAffine(torch.tensor([[1.0, 0.0]])).forward(torch.tensor([2.0]))
    (tensor([3.]), tensor([0.]))
    """

    size: ClassVar[int] = 2

    def __init__(self, raw: Tensor) -> None:
        self.raw = raw
        self.shift = raw[..., 0]
        self.log_scale = LARGEST * torch.tanh(raw[..., 1] / LARGEST)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return shift + scale x, and the log scale."""
        return self.shift + self.log_scale.exp() * x, self.log_scale

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return (y - shift) / scale, and the log scale."""
        return (y - self.shift) * torch.exp(-self.log_scale), self.log_scale
