"""Binary data: p(x | params) = Bern(sigmoid(params + start)), x in {0, 1}."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["Bernoulli"]

RAREST = 1e-3


class Bernoulli(Family):
    """Independent binary entries, whose logits start from those of the data's means.

    Parameters
    ----------
    event_shape
        Shape of one row.

    Attributes
    ----------
    start : Tensor, (*event)
        The logits of raw parameters of zero: 0 until :meth:`calibrate`.

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
    start: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.register_buffer("start", torch.zeros(self.event_shape))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Start from the data's means, so that no step is spent on finding them.

        What was never seen keeps a probability of 1 in 1,000.
        """
        self.start.copy_(torch.logit(mean.clamp(RAREST, 1 - RAREST)))

    def forward(self, params: Tensor) -> distributions.Bernoulli:
        """Map logits ``(*lead, *event)``, counted from the start, to the distribution."""
        return distributions.Bernoulli(params + self.start, len(self.event_shape))
