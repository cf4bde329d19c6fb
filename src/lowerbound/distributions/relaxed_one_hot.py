r"""Categorical draws made smooth: a softmax of logits with Gumbel noise, at a temperature.

.. math:: x = \mathrm{softmax}((\ell + g) / \tau), \quad g_i = -\log(-\log u_i), \qquad
          p(x) = (K - 1)!\, \tau^{K - 1} \prod_i \frac{e^{\ell_i} x_i^{-\tau - 1}}{\sum_j e^{\ell_j} x_j^{-\tau}}
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.one_hot import OneHot

__all__ = ["RelaxedOneHot", "StraightThroughOneHot"]


class RelaxedOneHot(Distribution):
    """Concrete(logits, temperature) over vectors of K positive numbers that sum to one.

    Parameters
    ----------
    logits
        ``(*batch, K)``.
    temperature
        Positive: the closer to zero, the closer draws are to one-hot vectors.

    References
    ----------
    Maddison, Mnih and Teh, The Concrete Distribution, 2017, equation 10; Jang, Gu and Poole, Categorical
    Reparameterization with Gumbel-Softmax, 2017.

    Examples
    --------
    >>> p = RelaxedOneHot(torch.zeros(2), 1.0)
    >>> round(p.log_prob(torch.tensor([0.3, 0.7])).exp().item(), 5)
    1.0
    """

    has_rsample = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, logits: Tensor, temperature: float) -> None:
        self.logits = logits.log_softmax(-1)
        self.temperature = temperature
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The class probabilities, ``(*batch, K)``: how often each entry is the largest."""
        return self.logits.exp()

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats, ``(*batch,)``."""
        k, t = self.event_shape[0], self.temperature
        log_x = value.clamp(min=torch.finfo(value.dtype).tiny).log()
        scores = self.logits - t * log_x
        peak = math.lgamma(k) + (k - 1) * math.log(t)
        return peak + (scores - log_x).sum(-1) - k * scores.logsumexp(-1)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw; entries too small for the dtype are its smallest number."""
        lead = torch.Size(sample_shape) + self.batch_shape + self.event_shape
        noisy = _noisy(self.logits.expand(lead))
        return (noisy / self.temperature).softmax(-1).clamp(min=torch.finfo(noisy.dtype).tiny)

    def expand(self, batch_shape: Any, _instance: Any = None) -> RelaxedOneHot:
        """Return the distribution with a larger batch shape."""
        return RelaxedOneHot(self.logits.expand(*torch.Size(batch_shape), self.event_shape[0]), self.temperature)


class StraightThroughOneHot(OneHot):
    """Cat(softmax(logits)): exact one-hot draws with the gradient of relaxed ones, which is biased.

    Parameters
    ----------
    logits
        ``(*batch, K)``.
    temperature
        Of the relaxation that the gradient is taken from.

    References
    ----------
    Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax, 2017, section 2.2; Bengio, Leonard and
    Courville, Estimating or Propagating Gradients Through Stochastic Neurons, 2013.

    Examples
    --------
    >>> StraightThroughOneHot(torch.zeros(5, 3), 0.5).rsample().sum(-1)
    tensor([1., 1., 1., 1., 1.])
    """

    has_rsample = True

    def __init__(self, logits: Tensor, temperature: float) -> None:
        super().__init__(logits)
        self.temperature = temperature

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a class, with the gradient of the softmax at the same noise."""
        noisy = _noisy(self.log_probs.expand(torch.Size(sample_shape) + self.batch_shape + self.event_shape))
        hard = functional.one_hot(noisy.argmax(-1), self.event_shape[0]).to(noisy.dtype)
        soft = (noisy / self.temperature).softmax(-1)
        return hard + (soft - soft.detach())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw one-hot vectors."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def expand(self, batch_shape: Any, _instance: Any = None) -> StraightThroughOneHot:
        """Return the distribution with a larger batch shape."""
        logits = self.log_probs.expand(*torch.Size(batch_shape), self.event_shape[0])
        return StraightThroughOneHot(logits, self.temperature)


def _noisy(logits: Tensor) -> Tensor:
    u = noise.uniform(tuple(logits.shape), 1, logits).clamp(min=torch.finfo(logits.dtype).tiny)
    return logits - torch.log(-torch.log(u))
