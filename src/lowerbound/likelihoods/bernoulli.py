"""Binary data: p(x | params) = Bern(sigmoid(params)), x in {0, 1}."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["Bernoulli"]


class Bernoulli(Family):
    """Independent binary entries.

    Parameters
    ----------
    event_shape
        Shape of one row.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix C.1.

    Examples
    --------
    >>> import torch
    >>> Bernoulli((4,))(torch.zeros(2, 4)).log_prob(torch.ones(2, 4))
    tensor([-2.7726, -2.7726])
    """

    support = "binary"

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)

    def forward(self, params: Tensor) -> distributions.Bernoulli:
        """Map logits ``(*lead, *event)`` to the distribution."""
        return distributions.Bernoulli(params, len(self.event_shape))
