r"""Independent entries that are exactly zero, or normal: a normal behind a gate.

.. math:: \log p(x) = \sum_i \begin{cases} \log(1 - \pi_i) & x_i = 0 \\
          \log \pi_i + \log N(x_i \mid \mu_i, \sigma_i^2) & x_i \ne 0 \end{cases}
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.relaxed_bernoulli import StraightThroughBernoulli
from lowerbound.distributions.spike_and_slab import SpikeAndSlab

__all__ = ["GatedNormal"]


class GatedNormal(Elementwise):
    """N(loc, exp(log_scale)^2) with probability pi, else zero.

    Draws have the gradient of the normal where the gate is open, and that of a relaxed gate, which is biased; the
    divergence from a spike and slab is exact.

    Parameters
    ----------
    logits
        Log-odds of pi, ``(*batch, *event)``.
    loc, log_scale
        Of the normal.
    temperature
        Of the relaxed gate.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Tonolini, Jensen and Murray-Smith, Variational Sparse Coding, 2020, section 3.

    Examples
    --------
    >>> p = GatedNormal(torch.zeros(2), torch.ones(2), torch.zeros(2), temperature=0.5)
    >>> p.mean, p.log_prob(torch.zeros(2)).exp()
    (tensor([0.5000, 0.5000]), tensor(0.2500))
    """

    has_rsample = True

    def __init__(self, logits: Tensor, loc: Tensor, log_scale: Tensor, temperature: float, event_dim: int = 1) -> None:
        super().__init__(event_dim, logits=logits, loc=loc, log_scale=log_scale)
        self.temperature = temperature

    @property
    def inclusion(self) -> Tensor:
        """The probability of not being zero, ``(*batch, *event)``."""
        return self.params["logits"].sigmoid()

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self.inclusion * self.params["loc"]

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        pi, spread = self.inclusion, (2 * self.params["log_scale"]).exp()
        return pi * spread + pi * (1 - pi) * self.params["loc"].square()

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log density of each entry: a log probability at zero."""
        logits, log_scale = self.params["logits"], self.params["log_scale"]
        standard = (value - self.params["loc"]) * torch.exp(-log_scale)
        slab = functional.logsigmoid(logits) - 0.5 * standard.square() - log_scale - 0.5 * math.log(2 * math.pi)
        return torch.where(value == 0, functional.logsigmoid(-logits), slab)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw which gates are open, and normal values behind them."""
        loc = self.params["loc"]
        gate = StraightThroughBernoulli(self.params["logits"], self.temperature, self.event_dim_).rsample(sample_shape)
        eps = noise.normal(self._lead(sample_shape), self.event_dim_, loc)
        return gate * (loc + self.params["log_scale"].exp() * eps)


@register_kl(GatedNormal, GatedNormal)
def _kl_gated_gated(q: GatedNormal, p: GatedNormal) -> Tensor:
    return _kl(q, p.params["logits"], p.params["loc"], p.params["log_scale"])


@register_kl(GatedNormal, SpikeAndSlab)
def _kl_gated_spike(q: GatedNormal, p: SpikeAndSlab) -> Tensor:
    logits = p.params["logits"]
    zero = torch.zeros_like(logits)
    return _kl(q, logits, zero, zero)


def _kl(q: GatedNormal, logits: Tensor, loc: Tensor, log_scale: Tensor) -> Tensor:
    """The gates' divergence, and that of the normals where q's gate is open."""
    own, pi = q.params["logits"], q.inclusion
    log_ratio = q.params["log_scale"] - log_scale
    distance = (q.params["loc"] - loc) * torch.exp(-log_scale)
    slabs = 0.5 * (torch.exp(2 * log_ratio) + distance.square() - 1) - log_ratio
    gates = pi * (own - logits) - functional.softplus(own) + functional.softplus(logits)
    return q.total(gates + pi * slabs)
