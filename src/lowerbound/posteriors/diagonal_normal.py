"""A normal with independent coordinates: the usual posterior, and as `Constant` a learned prior."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["DiagonalNormal"]


class DiagonalNormal(Family):
    """N(mean, diag(scale^2)), the scale growing no faster than its raw parameter.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, section 3.

    Examples
    --------
    >>> import torch
    >>> DiagonalNormal((2,))(torch.zeros(5, 2, 2)).stddev.shape
    torch.Size([5, 2])
    """

    located = True

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map (mean, raw scale) ``(*lead, 2, *event)`` to the distribution."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        return distributions.DiagonalNormal(loc, distributions.gentle_log(raw), len(self.event_shape))
