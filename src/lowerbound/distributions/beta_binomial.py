r"""Integers 0 to n as successes of n trials, whose probability is beta-distributed.

.. math:: p(x) = \binom n x \frac{B(x + a, n - x + b)}{B(a, b)}

The gammas are combined in pairs by Stirling's formula, so that large concentrations cancel before they are rounded.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from lowerbound.distributions.beta import Beta
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.stirling import log_beta, stirling_rest

__all__ = ["BetaBinomial"]


class BetaBinomial(Elementwise):
    """A probability mass on {0, ..., trials}: uniform for a = b = 1, two-peaked below, binomial as both grow.

    Parameters
    ----------
    a, b
        Positive, ``(*batch, *event)``.
    trials
        Their number n.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Skellam, A Probability Distribution Derived from the Binomial Distribution, 1948.

    Examples
    --------
    >>> BetaBinomial(torch.ones(1), torch.ones(1), trials=3).log_prob(torch.tensor([2.0])).exp()
    tensor(0.2500)
    """

    def __init__(self, a: Tensor, b: Tensor, trials: int, event_dim: int = 1) -> None:
        super().__init__(event_dim, a=a, b=b)
        self.trials = trials

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        a, b = self.params["a"], self.params["b"]
        return self.trials * a / (a + b)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        a, b = self.params["a"], self.params["b"]
        share = self.mean / self.trials
        return self.trials * share * (1 - share) * (a + b + self.trials) / (a + b + 1)

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry."""
        a, b = self.params["a"], self.params["b"]
        rest, both = self.trials - value, a + b
        top = both + self.trials
        ways = -log_beta(value + 1, rest + 1) - math.log(self.trials + 1)
        shares = value * torch.log((a + value) / top) + rest * torch.log((b + rest) / top)
        return ways + shares + _rise(a, value) + _rise(b, rest) - _rise(both, torch.full_like(both, self.trials))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw probabilities, then successes, as floats, from torch's generator."""
        with torch.no_grad():
            probability = Beta(self.params["a"], self.params["b"], self.event_dim_).rsample(sample_shape)
            return torch.binomial(torch.full_like(probability, self.trials), probability)


def _rise(a: Tensor, k: Tensor) -> Tensor:
    """Return log Gamma(a + k) - log Gamma(a) - k log(a + k) + k."""
    return (a - 0.5) * torch.log1p(k / a) + stirling_rest(a + k) - stirling_rest(a)
