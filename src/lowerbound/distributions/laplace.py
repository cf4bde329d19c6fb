r"""The Laplace distribution with independent coordinates, by location and log scale.

.. math:: \log p(x) = -\sum_i \left[ \frac{|x_i - \mu_i|}{b_i} + \log 2 b_i \right]
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.core import noise
from lowerbound.distributions.diagonal_normal import DiagonalNormal
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["Laplace"]

_LOG_2 = math.log(2)
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Laplace(Elementwise):
    """Laplace(loc, exp(log_scale)) of each entry.

    Parameters
    ----------
    loc, log_scale
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Park and Casella, The Bayesian Lasso, 2008, section 1.

    Examples
    --------
    >>> p = Laplace(torch.zeros(2), torch.zeros(2))
    >>> round(p.log_prob(torch.zeros(2)).item(), 4)
    -1.3863
    """

    has_rsample = True

    def __init__(self, loc: Tensor, log_scale: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, loc=loc, log_scale=log_scale)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self.params["loc"]

    @property
    def mode(self) -> Tensor:
        """The mode, which is the mean."""
        return self.params["loc"]

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        return 2 * (2 * self.params["log_scale"]).exp()

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry."""
        log_scale = self.params["log_scale"]
        return -(value - self.params["loc"]).abs() * torch.exp(-log_scale) - log_scale - _LOG_2

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw by the inverse of the distribution function."""
        loc, log_scale = self.params["loc"], self.params["log_scale"]
        u = 2 * noise.uniform(self._lead(sample_shape), self.event_dim_, loc) - 1
        inner = u.abs().clamp(max=1 - torch.finfo(u.dtype).eps / 2)
        return loc - log_scale.exp() * u.sign() * torch.log1p(-inner)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        return self.total(self.params["log_scale"] + (1 + _LOG_2))


@register_kl(Laplace, Laplace)
def _kl_laplace_laplace(q: Laplace, p: Laplace) -> Tensor:
    log_ratio = q.params["log_scale"] - p.params["log_scale"]
    distance = (q.params["loc"] - p.params["loc"]).abs()
    decay = torch.exp(-distance * torch.exp(-q.params["log_scale"]))
    return q.total(torch.exp(log_ratio) * decay + distance * torch.exp(-p.params["log_scale"]) - 1 - log_ratio)


@register_kl(Laplace, DiagonalNormal)
def _kl_laplace_normal(q: Laplace, p: DiagonalNormal) -> Tensor:
    log_scale = p.params["log_scale"]
    square = ((q.mean - p.mean).square() + q.variance) * torch.exp(-2 * log_scale)
    return q.total(0.5 * square + log_scale + _HALF_LOG_2PI) - q.entropy()


@register_kl(DiagonalNormal, Laplace)
def _kl_normal_laplace(q: DiagonalNormal, p: Laplace) -> Tensor:
    log_scale = p.params["log_scale"]
    offset = q.mean - p.mean
    standard = offset * torch.exp(-q.params["log_scale"])
    peak = q.stddev * math.sqrt(2 / math.pi) * torch.exp(-0.5 * standard.square())
    distance = peak + offset * torch.erf(standard / math.sqrt(2))
    return q.total(distance * torch.exp(-log_scale) + log_scale + _LOG_2) - q.entropy()
