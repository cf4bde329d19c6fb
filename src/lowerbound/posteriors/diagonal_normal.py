"""A normal with independent coordinates: the usual posterior, and as `Constant` a learned prior."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size

__all__ = ["DiagonalNormal"]


class DiagonalNormal(Family):
    """N(mean, diag(scale^2)) with a smoothly bounded log scale.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    bound
        The log scale is ``bound * tanh(raw / bound)``: nothing overflows.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, section 3.

    Examples
    --------
    >>> DiagonalNormal((2,))(torch.zeros(5, 2, 2)).stddev.shape
    torch.Size([5, 2])
    """

    def __init__(self, event_shape: Size, bound: float = 12.0) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        self.bound = bound
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map (mean, raw log scale) ``(*lead, 2, *event)`` to the distribution."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        return distributions.DiagonalNormal(loc, self.bound * torch.tanh(raw / self.bound), len(self.event_shape))
