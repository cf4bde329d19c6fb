r"""Independent beta-distributed entries, by their two concentrations.

.. math:: \log p(x) = \sum_i (a_i - 1) \log x_i + (b_i - 1) \log(1 - x_i) - \log B(a_i, b_i)

An entry is the first of a Dirichlet distribution's two, which keeps the digits of large concentrations.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import kl_divergence, register_kl

from lowerbound.distributions.dirichlet import Dirichlet
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.standard_gamma import log_standard_gamma

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

    @property
    def pairs(self) -> Dirichlet:
        """Each entry and what it leaves of one, ``(*batch, *event)`` distributions of two."""
        return Dirichlet(torch.stack([self.params["a"], self.params["b"]], -1))

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry; values closer to an end than the dtype can tell count as the nearest it can."""
        info = torch.finfo(value.dtype)
        value = value.clamp(info.tiny, 1 - info.eps / 2)
        return self.pairs.log_prob(torch.stack([value, 1 - value], -1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw with implicit gradients, inside the ends that the dtype can hold."""
        lead = self._lead(sample_shape)
        one, two = (log_standard_gamma(v.expand(lead), self.event_dim_) for v in self.params.values())
        info = torch.finfo(one.dtype)
        return torch.sigmoid(one - two).clamp(info.tiny, 1 - info.eps / 2)

    def entropy(self) -> Tensor:
        """Return the entropy, nats summed over the event."""
        return self.total(self.pairs.entropy())


@register_kl(Beta, Beta)
def _kl_beta_beta(q: Beta, p: Beta) -> Tensor:
    return q.total(kl_divergence(q.pairs, p.pairs))
