r"""The Dirichlet distribution over vectors of positive numbers that sum to one.

.. math:: \log p(x) = \sum_i (a_i - 1) \log x_i + \log \Gamma(\textstyle\sum_i a_i) - \sum_i \log \Gamma(a_i)

With A the sum of the concentrations, Stirling's formula leaves of the large terms the deviances of :math:`a_i` from
:math:`A x_i`, which are as small as the result.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl

from lowerbound.distributions.standard_gamma import log_standard_gamma
from lowerbound.distributions.stirling import HALF_LOG_2PI, deviance, divergence_rest, entropy_rest, stirling_rest

__all__ = ["Dirichlet"]


class Dirichlet(Distribution):
    """Dir(concentration): shares of gamma draws, with implicit gradients.

    Parameters
    ----------
    concentration
        Positive, ``(*batch, K)``.

    References
    ----------
    Joo et al., Dirichlet Variational Autoencoder, 2020, section 3; Figurnov, Mohamed and Mnih, Implicit
    Reparameterization Gradients, 2018, section 3.

    Examples
    --------
    >>> p = Dirichlet(torch.ones(3))
    >>> round(p.log_prob(torch.tensor([0.2, 0.3, 0.5])).item(), 4)
    0.6931
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, concentration: Tensor) -> None:
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, K)``."""
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        return self.mean * (1 - self.mean) / (self.concentration.sum(-1, keepdim=True) + 1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats, ``(*batch,)``.

        The entries are taken to sum to one: what rounding leaves out of their sum would count A times. Entries too
        small for the dtype count as its smallest number.
        """
        a, k = self.concentration, self.event_shape[0]
        total = a.sum(-1, keepdim=True)
        log_ratio = (value * (total / a)).clamp(min=torch.finfo(value.dtype).tiny).log()
        terms = deviance(a, log_ratio, value * total) + log_ratio + 0.5 * a.log() + stirling_rest(a)
        whole = (k - 0.5) * total.log() + stirling_rest(total) - (k - 1) * HALF_LOG_2PI
        return whole.squeeze(-1) - terms.sum(-1)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with implicit gradients; entries too small for the dtype are its smallest number."""
        lead = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        log_parts = log_standard_gamma(self.concentration.expand(lead), 1)
        return log_parts.softmax(-1).clamp(min=torch.finfo(log_parts.dtype).tiny)

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        a, k = self.concentration, self.event_shape[0]
        total = a.sum(-1)
        parts = (0.5 * a.log() + entropy_rest(a)).sum(-1)
        return parts + (k - 1) * HALF_LOG_2PI - (k - 0.5) * total.log() - entropy_rest(total, k)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Dirichlet:
        """Return the distribution with a larger batch shape."""
        return Dirichlet(self.concentration.expand(*torch.Size(batch_shape), self.event_shape[0]))


@register_kl(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(q: Dirichlet, p: Dirichlet) -> Tensor:
    a, b = q.concentration, p.concentration
    total, other = a.sum(-1, keepdim=True), b.sum(-1, keepdim=True)
    mean = a * (other / total)
    terms = deviance(b, torch.log(mean / b), mean) + divergence_rest(a, b)
    return terms.sum(-1) - divergence_rest(total, other).squeeze(-1)
