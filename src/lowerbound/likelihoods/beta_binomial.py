"""Integer levels as successes of trials whose probability varies: a ridge, a plateau or two piles at the ends."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.limits import two_concentrations

__all__ = ["BetaBinomial"]


class BetaBinomial(Family):
    """A probability mass on {0, ..., levels - 1} for each entry: scores, ratings, 8-bit images.

    Parameters
    ----------
    event_shape
        Shape of one row.
    levels
        Number of levels, at least 2: one more than the trials.

    Raises
    ------
    ConfigError
        For fewer than two levels.

    References
    ----------
    Skellam, A Probability Distribution Derived from the Binomial Distribution, 1948; Townsend, Bird and Barber,
    Practical Lossless Compression with Latent Variables using Bits Back Coding, 2019, section 3.1 (for images).

    Examples
    --------
    >>> import torch
    >>> BetaBinomial((2,), levels=4)(torch.zeros(2, 2)).log_prob(torch.zeros(2)).exp()
    tensor(0.0625)
    """

    support = "levels"

    def __init__(self, event_shape: Size, levels: int = 256) -> None:
        super().__init__()
        if levels < 2:
            raise ConfigError(f"A beta-binomial needs at least two levels; got levels={levels}.")
        self.event_shape = as_shape(event_shape)
        self.levels = levels
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.BetaBinomial:
        """Map (logit of the mean, raw precision) ``(*lead, 2, *event)`` to the distribution; zeros give the uniform."""
        logit, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        a, b = two_concentrations(logit, math.log(2), raw)
        return distributions.BetaBinomial(a, b, self.levels - 1, len(self.event_shape))
