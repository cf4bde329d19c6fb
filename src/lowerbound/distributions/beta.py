r"""Independent beta-distributed entries, by their two concentrations.

.. math:: \log p(x) = \sum_i (a_i - 1) \log x_i + (b_i - 1) \log(1 - x_i) - \log B(a_i, b_i)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.standard_gamma import log_standard_gamma
from lowerbound.distributions.stirling import log_beta

__all__ = ["Beta"]


class Beta(Elementwise):
    """Beta(a, b) of each entry: a gamma's share of two, with implicit gradients.

    Parameters
    ----------
    a, b
        Positive, ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, section 3.

    Examples
    --------
    >>> Beta(torch.ones(2), torch.ones(2)).log_prob(torch.tensor([0.2, 0.9]))
    tensor(0.)
    """

    has_rsample = True

    def __init__(self, a: Tensor, b: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, a=a, b=b)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        a, b = self.params["a"], self.params["b"]
        return a / (a + b)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        a, b = self.params["a"], self.params["b"]
        return self.mean * (1 - self.mean) / (a + b + 1)

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry; values closer to an end than the dtype can tell count as the nearest it can."""
        a, b = self.params["a"], self.params["b"]
        info = torch.finfo(value.dtype)
        value = value.clamp(info.tiny, 1 - info.eps / 2)
        return torch.xlogy(a - 1, value) + (b - 1) * torch.log1p(-value) - log_beta(a, b)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with implicit gradients, inside the ends that the dtype can hold."""
        lead = self._lead(sample_shape)
        one, two = (log_standard_gamma(v.expand(lead), self.event_dim_) for v in self.params.values())
        info = torch.finfo(one.dtype)
        return torch.sigmoid(one - two).clamp(info.tiny, 1 - info.eps / 2)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        a, b = self.params["a"], self.params["b"]
        slopes = (a - 1) * torch.digamma(a) + (b - 1) * torch.digamma(b) - (a + b - 2) * torch.digamma(a + b)
        return self.total(log_beta(a, b) - slopes)


@register_kl(Beta, Beta)
def _kl_beta_beta(q: Beta, p: Beta) -> Tensor:
    a, b, c, d = (*q.params.values(), *p.params.values())
    slopes = (a - c) * torch.digamma(a) + (b - d) * torch.digamma(b) + (c + d - a - b) * torch.digamma(a + b)
    return q.total(log_beta(c, d) - log_beta(a, b) + slopes)
