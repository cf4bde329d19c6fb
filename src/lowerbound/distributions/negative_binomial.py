r"""Independent counts that vary more than Poisson's, by the logs of mean :math:`\mu` and dispersion :math:`\theta`.

.. math:: p(x) = \frac{\Gamma(x + \theta)}{\Gamma(\theta) \, x!}
          \left(\frac{\theta}{\theta + \mu}\right)^\theta \left(\frac{\mu}{\theta + \mu}\right)^x,
          \qquad \mathrm{var}(x) = \mu + \mu^2 / \theta

With :math:`\Delta` the rest of Stirling's formula, for :math:`x > 0`

.. math:: \log p(x) = x \log \frac{\mu (x + \theta)}{x (\mu + \theta)} - \theta \log \frac{\mu + \theta}{x + \theta}
          + \tfrac12 \log \frac{\theta}{2 \pi x (x + \theta)} + \Delta(x + \theta) - \Delta(\theta) - \Delta(x),

in which nothing cancels that is much larger than the result: counts and dispersions may be in the millions.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.stirling import stirling_rest

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Elementwise):
    """NB(exp(log_mean), exp(log_dispersion)) over {0, 1, 2, ...}: Poisson as the dispersion grows.

    Parameters
    ----------
    log_mean, log_dispersion
        ``(*batch, *event)``. The variance is mean + mean^2 / dispersion.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Hilbe, Negative Binomial Regression, 2011, section 8.2 (NB2); Loader, Fast and Accurate
    Computation of Binomial Probabilities, 2000 (the saddle-point form).

    Examples
    --------
    >>> p = NegativeBinomial(torch.zeros(1), torch.zeros(1))
    >>> round(p.log_prob(torch.zeros(1)).exp().item(), 6)
    0.5
    """

    def __init__(self, log_mean: Tensor, log_dispersion: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, log_mean=log_mean, log_dispersion=log_dispersion)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self.params["log_mean"].exp()

    @property
    def mode(self) -> Tensor:
        """The likeliest count: zero where the dispersion is at most one."""
        return (self.mean * (1 - torch.exp(-self.params["log_dispersion"]))).clamp(min=0).floor()

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        return self.mean + torch.exp(2 * self.params["log_mean"] - self.params["log_dispersion"])

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry."""
        log_mean, log_theta = self.params["log_mean"], self.params["log_dispersion"]
        mean, theta, x = log_mean.exp(), log_theta.exp(), value.clamp(min=1)
        d = log_mean - x.log()
        excess, top, bottom = torch.expm1(d), mean + theta, x + theta
        log_bottom = bottom.log()
        spread = _log1p(x * excess / bottom, top.log() - log_bottom)
        shift = _log1p(theta * excess / top, d - spread)
        width = 0.5 * (log_theta - log_bottom - torch.log(2 * math.pi * x))
        rests = stirling_rest(bottom) - stirling_rest(theta) - stirling_rest(x)
        zero = -theta * functional.softplus(log_mean - log_theta)
        return torch.where(value > 0, x * shift - theta * spread + width + rests, zero)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw counts, as floats, from torch's generator: Poisson of a gamma-distributed rate."""
        with torch.no_grad():
            theta = self.params["log_dispersion"].exp()
            gamma = torch.distributions.Gamma(theta, torch.exp(-self.params["log_mean"]) * theta, validate_args=False)
            return torch.poisson(gamma.sample(torch.Size(sample_shape)))


def _log1p(x: Tensor, otherwise: Tensor) -> Tensor:
    """Return log(1 + x), by ``otherwise`` where that is far from zero."""
    return torch.where(x.abs() < 0.5, torch.log1p(x.clamp(-0.5, 0.5)), otherwise)
