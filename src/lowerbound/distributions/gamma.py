r"""Independent gamma-distributed entries, by concentration and log rate.

.. math:: \log p(x) = \sum_i a_i \log b_i + (a_i - 1) \log x_i - b_i x_i - \log \Gamma(a_i)

taken apart by Stirling's formula, so that a concentration in the millions keeps its digits: what is left is the
deviance of the concentration from :math:`b_i x_i`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.standard_gamma import log_standard_gamma
from lowerbound.distributions.stirling import HALF_LOG_2PI, deviance, divergence_rest, entropy_rest, stirling_rest

__all__ = ["Gamma"]


class Gamma(Elementwise):
    """Gamma(concentration, exp(log_rate)) of each entry; draws have implicit gradients.

    Parameters
    ----------
    concentration, log_rate
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, section 3.

    Examples
    --------
    >>> p = Gamma(torch.ones(2), torch.zeros(2))
    >>> p.log_prob(torch.ones(2))
    tensor(-2.)
    """

    has_rsample = True

    def __init__(self, concentration: Tensor, log_rate: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, concentration=concentration, log_rate=log_rate)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self.params["concentration"] * torch.exp(-self.params["log_rate"])

    @property
    def mode(self) -> Tensor:
        """The mode: zero where the concentration is at most one."""
        return (self.params["concentration"] - 1).clamp(min=0) * torch.exp(-self.params["log_rate"])

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        return self.params["concentration"] * torch.exp(-2 * self.params["log_rate"])

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry; a share of the concentration too small for the dtype is its smallest number."""
        a, log_rate = self.params["concentration"], self.params["log_rate"]
        log_ratio = (value / a).clamp(min=torch.finfo(value.dtype).tiny).log() + log_rate
        width = log_rate - log_ratio - 0.5 * a.log() - HALF_LOG_2PI - stirling_rest(a)
        return width - deviance(a, log_ratio, value * log_rate.exp())

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with an implicit gradient; draws too small for the dtype are its smallest number."""
        lead = self._lead(sample_shape)
        a, log_b = (v.expand(lead) for v in self.params.values())
        return (log_standard_gamma(a, self.event_dim_) - log_b).exp().clamp(min=torch.finfo(a.dtype).tiny)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        a = self.params["concentration"]
        return self.total(0.5 * a.log() - self.params["log_rate"] + HALF_LOG_2PI + entropy_rest(a))


@register_kl(Gamma, Gamma)
def _kl_gamma_gamma(q: Gamma, p: Gamma) -> Tensor:
    a, c = q.params["concentration"], p.params["concentration"]
    log_rates = p.params["log_rate"] - q.params["log_rate"]
    return q.total(deviance(c, torch.log(a / c) + log_rates, a * log_rates.exp()) + divergence_rest(a, c))
