r"""Independent positive entries whose logarithms are normal, by mean and log standard deviation of those.

.. math:: \log p(x) = \sum_i \log \mathcal N(\log x_i \mid \mu_i, \sigma_i^2) - \log x_i
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distributions.diagonal_normal import DiagonalNormal
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["LogNormal"]


class LogNormal(Elementwise):
    """exp of N(loc, exp(log_scale)^2) of each entry.

    Parameters
    ----------
    loc, log_scale
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Crow and Shimizu, Lognormal Distributions, 1988, chapter 1.

    Examples
    --------
    >>> p = LogNormal(torch.zeros(1), torch.zeros(1))
    >>> round(p.log_prob(torch.ones(1)).item(), 4)
    -0.9189
    """

    has_rsample = True

    def __init__(self, loc: Tensor, log_scale: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, loc=loc, log_scale=log_scale)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return torch.exp(self.params["loc"] + 0.5 * torch.exp(2 * self.params["log_scale"]))

    @property
    def mode(self) -> Tensor:
        """The mode of each entry."""
        return torch.exp(self.params["loc"] - torch.exp(2 * self.params["log_scale"]))

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        return self.mean.square() * torch.expm1(torch.exp(2 * self.params["log_scale"]))

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry; values too small for the dtype count as its smallest number."""
        log_value = value.clamp(min=torch.finfo(value.dtype).tiny).log()
        inner = DiagonalNormal(self.params["loc"], self.params["log_scale"], self.event_dim_)
        return inner.log_density(log_value) - log_value

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw by the exponential of a normal, within what the dtype can hold."""
        loc, log_scale = self.params["loc"], self.params["log_scale"]
        normal = loc + log_scale.exp() * noise.normal(self._lead(sample_shape), self.event_dim_, loc)
        info = torch.finfo(normal.dtype)
        return normal.exp().clamp(info.tiny, info.max)
