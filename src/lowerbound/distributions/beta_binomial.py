r"""Integers 0 to n as successes of n trials, whose probability is beta-distributed.

.. math:: p(x) = \binom n x \frac{B(x + a, n - x + b)}{B(a, b)}

The large terms of its logarithm are those of a table with the rows :math:`(x, n - x)` and :math:`(a, b)`: by Stirling's
formula they are the deviances of its four entries from equal shares in both rows, which are as small as the result.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.distributions.beta import Beta
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.stirling import deviance, factorial_rest, stirling_rest

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
    Skellam, A Probability Distribution Derived from the Binomial Distribution, 1948; Loader, Fast and Accurate
    Computation of Binomial Probabilities, 2000 (the saddle-point form).

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
        rest, both, n = self.trials - value, a + b, torch.full_like(a, self.trials)
        ways = factorial_rest(n) - factorial_rest(value) - factorial_rest(rest)
        one, two = (a + value) / (both + n), (b + rest) / (both + n)
        counts = _gap(value, n * one) + _gap(rest, n * two)
        priors = _gap(a, both * one) + _gap(b, both * two)
        return ways + _rise(a, value) + _rise(b, rest) - _rise(both, n) - counts - priors

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw probabilities, then successes, as floats, from torch's generator."""
        with torch.no_grad():
            probability = Beta(self.params["a"], self.params["b"], self.event_dim_).rsample(sample_shape)
            return torch.binomial(torch.full_like(probability, self.trials), probability)


def _rise(a: Tensor, k: Tensor) -> Tensor:
    """Return log Gamma(a + k) - log Gamma(a) - (a + k) log(a + k) + a log a + k."""
    return stirling_rest(a + k) - stirling_rest(a) - 0.5 * torch.log1p(k / a)


def _gap(x: Tensor, mean: Tensor) -> Tensor:
    """Return x log(x / mean) - x + mean, for x from zero up."""
    some = torch.where(x > 0, x, 1.0)
    return torch.where(x > 0, deviance(some, torch.log(mean / some), mean), mean)
