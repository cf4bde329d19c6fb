r"""Counts of n draws from D classes: a bag of words, given its length.

.. math:: \log p(x) = \log n! - \sum_d \log x_d! + \sum_d x_d \log \pi_d, \qquad n = \sum_d x_d

With :math:`\Delta` the rest of Stirling's formula this is

.. math:: f(n) - \sum_d f(x_d) - \sum_d \left( x_d \log \frac{x_d}{n \pi_d} - x_d + n \pi_d \right), \qquad
          f(x) = \tfrac12 \log 2 \pi x + \Delta(x), \; f(0) = 0,

in which nothing cancels that is much larger than the result: totals may be in the millions.

The number of draws is the row's own: rows of different length are scored by one distribution, each
given its length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import noise
from lowerbound.distributions.stirling import deviance, factorial_rest

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    """Counts of the classes of Cat(softmax(logits)).

    Parameters
    ----------
    logits
        ``(*batch, D)``.
    total
        Draws a row when sampling, and of mean and variance; a 0-d tensor.

    References
    ----------
    Liang et al., Variational Autoencoders for Collaborative Filtering, 2018, equation 2 (without
    the coefficient); Loader, Fast and Accurate Computation of Binomial Probabilities, 2000 (the saddle-point form).

    Examples
    --------
    >>> p = Multinomial(torch.zeros(2), torch.tensor(2.0))
    >>> p.log_prob(torch.tensor([[2.0, 0.0], [1.0, 1.0]])).exp()
    tensor([0.2500, 0.5000])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, logits: Tensor, total: Tensor) -> None:
        self.log_probs, self.total = logits.log_softmax(-1), total
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean counts of ``total`` draws, ``(*batch, D)``."""
        return self.total * self.log_probs.exp()

    @property
    def variance(self) -> Tensor:
        """The variance of each count."""
        return self.mean * (1 - self.log_probs.exp())

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value | its sum), nats: ``(*batch,)``."""
        n, seen = value.sum(-1, keepdim=True), value > 0
        log_shares = torch.where(seen, value / n.clamp(min=torch.finfo(n.dtype).tiny), 1.0).log()
        gaps = torch.where(seen, deviance(value, self.log_probs - log_shares), n * self.log_probs.exp())
        return factorial_rest(n).squeeze(-1) - (gaps + factorial_rest(value)).sum(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw ``total`` classes by inverting the distribution function, and count them."""
        lead, n, d = torch.Size(sample_shape) + self.batch_shape, int(self.total), self.event_shape[0]
        with torch.no_grad():
            below = self.log_probs.exp().cumsum(-1)[..., :-1].expand(*lead, d - 1).contiguous()
            u = noise.uniform((*lead, n), 1, below)
            classes = torch.searchsorted(below, u.contiguous(), right=True)
            counts = torch.zeros(*lead, d, dtype=below.dtype, device=below.device)
            return counts.scatter_add_(-1, classes, torch.ones_like(u))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Multinomial:
        """Return the distribution with a larger batch shape."""
        return Multinomial(self.log_probs.expand(*torch.Size(batch_shape), *self.event_shape), self.total)
