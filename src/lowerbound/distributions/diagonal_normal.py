r"""The normal distribution with independent coordinates, by mean and log standard deviation.

.. math:: \log p(x) = -\sum_i \left[ \tfrac12 \left(\tfrac{x_i - \mu_i}{\sigma_i}\right)^2
          + \log \sigma_i + \tfrac12 \log 2\pi \right]
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["DiagonalNormal", "kl_per_dimension"]

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class DiagonalNormal(Elementwise):
    """N(loc, diag(exp(log_scale)^2)).

    Parameters
    ----------
    loc, log_scale
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix B (the closed-form KL).

    Examples
    --------
    >>> import torch
    >>> p = DiagonalNormal(torch.zeros(3), torch.zeros(3))
    >>> round(p.log_prob(torch.zeros(3)).item(), 4)
    -2.7568
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
    def stddev(self) -> Tensor:
        """The standard deviation of each coordinate."""
        return self.params["log_scale"].exp()

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate."""
        return (2 * self.params["log_scale"]).exp()

    def log_density(self, value: Tensor) -> Tensor:
        """Return log N of each coordinate."""
        log_scale = self.params["log_scale"]
        standard = (value - self.params["loc"]) * torch.exp(-log_scale)
        return -0.5 * standard.square() - log_scale - _HALF_LOG_2PI

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with the gradient of the reparameterisation mean + scale x noise."""
        loc = self.params["loc"]
        return loc + self.stddev * noise.normal(self._lead(sample_shape), self.event_dim_, loc)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        return self.total(self.params["log_scale"] + (0.5 + _HALF_LOG_2PI))


@register_kl(DiagonalNormal, DiagonalNormal)
def _kl_diagonal_diagonal(q: DiagonalNormal, p: DiagonalNormal) -> Tensor:
    return q.total(kl_per_dimension(q, p))


def kl_per_dimension(q: DiagonalNormal, p: DiagonalNormal) -> Tensor:
    """Return KL(q || p) of each coordinate, nats, ``(*batch, *event)``.

    Examples
    --------
    >>> import math, torch
    >>> q = DiagonalNormal(torch.tensor([1.0]), torch.tensor([math.log(0.5)]))
    >>> round(kl_per_dimension(q, DiagonalNormal(torch.zeros(1), torch.zeros(1))).item(), 6)
    0.818147
    """
    log_ratio = q.params["log_scale"] - p.params["log_scale"]
    distance = (q.params["loc"] - p.params["loc"]) * torch.exp(-p.params["log_scale"])
    return 0.5 * (torch.exp(2 * log_ratio) + distance.square() - 1) - log_ratio
