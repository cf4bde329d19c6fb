r"""Entries that are exactly zero, or standard normal: a density with respect to Lebesgue measure plus a point at zero.

.. math:: \log p(u) = \sum_i \begin{cases} \log(1 - \pi_i) & u_i = 0 \\
          \log \pi_i + \log N(u_i \mid 0, 1) & u_i \ne 0 \end{cases}
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["SpikeAndSlab"]


class SpikeAndSlab(Elementwise):
    """Independent entries: zero with probability 1 - pi, else N(0, 1).

    Parameters
    ----------
    logits
        Log-odds of pi, ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Mitchell and Beauchamp, Bayesian Variable Selection in Linear Regression, 1988.

    Examples
    --------
    >>> p = SpikeAndSlab(torch.zeros(2))
    >>> p.log_prob(torch.zeros(2)).exp(), p.variance
    (tensor(0.2500), tensor([0.5000, 0.5000]))
    """

    def __init__(self, logits: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, logits=logits)

    @property
    def mean(self) -> Tensor:
        """The mean, zero."""
        return torch.zeros_like(self.params["logits"])

    @property
    def variance(self) -> Tensor:
        """The variance of each entry: pi."""
        return self.params["logits"].sigmoid()

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log density of each entry: a log probability at zero."""
        logits = self.params["logits"]
        slab = functional.logsigmoid(logits) - 0.5 * value.square() - 0.5 * math.log(2 * math.pi)
        return torch.where(value == 0, functional.logsigmoid(-logits), slab)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw which entries are not zero, and normal values for them."""
        logits, shape = self.params["logits"], self._lead(sample_shape)
        on = noise.uniform(shape, self.event_dim_, logits) < logits.sigmoid()
        return torch.where(on, noise.normal(shape, self.event_dim_, logits), 0.0)
