r"""Independent entries that are zero with a probability of their own, beside the zeros of a count.

.. math:: p(x) = \pi \, [x = 0] + (1 - \pi) \, p_\mathrm{count}(x)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["ZeroInflated"]


class ZeroInflated(Elementwise):
    """A count that is replaced by zero with probability sigmoid(gate).

    Parameters
    ----------
    gate
        Logits ``(*batch, *event)``.
    counts
        The distribution of what is not replaced, of the same batch and event.

    References
    ----------
    Lambert, Zero-Inflated Poisson Regression, 1992, section 2.

    Examples
    --------
    >>> from lowerbound.distributions import Poisson
    >>> p = ZeroInflated(torch.zeros(1), Poisson(torch.zeros(1)))
    >>> round(p.log_prob(torch.zeros(1)).exp().item(), 4)
    0.6839
    """

    def __init__(self, gate: Tensor, counts: Elementwise) -> None:
        super().__init__(len(counts.event_shape), gate=gate.expand(counts.batch_shape + counts.event_shape))
        self.counts = counts

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return torch.sigmoid(-self.params["gate"]) * self.counts.mean

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        gate, mean = self.params["gate"], self.counts.mean
        return torch.sigmoid(-gate) * (self.counts.variance + torch.sigmoid(gate) * mean.square())

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry."""
        gate = self.params["gate"]
        counted = self.counts.log_density(value) - functional.softplus(gate)
        return torch.where(value > 0, counted, torch.logaddexp(-functional.softplus(-gate), counted))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw counts, and zeros in their place."""
        gate = self.params["gate"]
        u = noise.uniform(self._lead(sample_shape), self.event_dim_, gate)
        return torch.where(u < torch.sigmoid(gate), 0.0, self.counts.sample(sample_shape))

    def expand(self, batch_shape: Any, _instance: Any = None) -> ZeroInflated:
        """Return the distribution with a larger batch shape."""
        counts = self.counts.expand(batch_shape)
        return ZeroInflated(self.params["gate"].expand(counts.batch_shape + counts.event_shape), counts)
