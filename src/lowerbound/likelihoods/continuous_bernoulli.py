"""Data between zero and one, ends included: p(x | params) proportional to exp(params * x)."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Family):
    """Independent entries in [0, 1]: what a Bernoulli's cross-entropy becomes once it is a density.

    Parameters
    ----------
    event_shape
        Shape of one row.

    References
    ----------
    Loaiza-Ganem and Cunningham, The Continuous Bernoulli: Fixing a Pervasive Error in Variational
    Autoencoders, 2019.

    Examples
    --------
    >>> import torch
    >>> ContinuousBernoulli((4,))(torch.zeros(2, 4)).mean[0]
    tensor([0.5000, 0.5000, 0.5000, 0.5000])
    """

    support = "unit"

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)

    def forward(self, params: Tensor) -> distributions.ContinuousBernoulli:
        """Map logits ``(*lead, *event)`` to the distribution."""
        return distributions.ContinuousBernoulli(params, len(self.event_shape))
