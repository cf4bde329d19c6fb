r"""Binary draws made smooth: a sigmoid of logits with logistic noise, at a temperature.

.. math:: x = \sigma((\ell + \log u - \log(1 - u)) / \tau), \qquad
          p(x) = \frac{\tau e^{-s}}{(1 + e^{-s})^2\, x (1 - x)}, \quad s = \ell - \tau \log \frac{x}{1 - x}
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.bernoulli import Bernoulli
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["RelaxedBernoulli", "StraightThroughBernoulli"]


class RelaxedBernoulli(Elementwise):
    """BinConcrete(logits, temperature) over numbers between zero and one.

    Parameters
    ----------
    logits
        ``(*batch, *event)``.
    temperature
        Positive: the closer to zero, the closer draws are to zeros and ones.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Maddison, Mnih and Teh, The Concrete Distribution, 2017, appendix B.

    Examples
    --------
    >>> p = RelaxedBernoulli(torch.zeros(1), 1.0)
    >>> round(p.log_prob(torch.tensor([0.3])).exp().item(), 5)
    1.0
    """

    has_rsample = True

    def __init__(self, logits: Tensor, temperature: float, event_dim: int = 1) -> None:
        super().__init__(event_dim, logits=logits)
        self.temperature = temperature

    @property
    def mean(self) -> Tensor:
        """The probability that an entry is above one half, ``(*batch, *event)``."""
        return torch.sigmoid(self.params["logits"])

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry."""
        log_x, log_rest = value.log(), torch.log1p(-value)
        score = self.params["logits"] - self.temperature * (log_x - log_rest)
        return math.log(self.temperature) + score - 2 * functional.softplus(score) - log_x - log_rest

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw, inside the ends that the dtype can hold."""
        noisy = _noisy(self.params["logits"], self._lead(sample_shape), self.event_dim_)
        info = torch.finfo(noisy.dtype)
        return torch.sigmoid(noisy / self.temperature).clamp(info.tiny, 1 - info.eps / 2)


class StraightThroughBernoulli(Bernoulli):
    """Bern(sigmoid(logits)): exact draws with the gradient of relaxed ones, which is biased.

    Parameters
    ----------
    logits
        ``(*batch, *event)``.
    temperature
        Of the relaxation that the gradient is taken from.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Bengio, Leonard and Courville, Estimating or Propagating Gradients Through Stochastic Neurons, 2013.

    Examples
    --------
    >>> bool(set(StraightThroughBernoulli(torch.zeros(9), 0.5).rsample().tolist()) <= {0.0, 1.0})
    True
    """

    has_rsample = True

    def __init__(self, logits: Tensor, temperature: float, event_dim: int = 1) -> None:
        super().__init__(logits, event_dim)
        self.temperature = temperature

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw zeros and ones, with the gradient of the sigmoid at the same noise."""
        noisy = _noisy(self.params["logits"], self._lead(sample_shape), self.event_dim_)
        soft = torch.sigmoid(noisy / self.temperature)
        return (noisy > 0).to(noisy.dtype) + (soft - soft.detach())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw zeros and ones."""
        with torch.no_grad():
            return self.rsample(sample_shape)


def _noisy(logits: Tensor, lead: torch.Size, event_dim: int) -> Tensor:
    info = torch.finfo(logits.dtype)
    u = noise.uniform(tuple(lead), event_dim, logits).clamp(info.tiny, 1 - info.eps / 2)
    return logits + (u.log() - torch.log1p(-u))
