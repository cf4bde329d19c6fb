r"""Independent entries in [0, 1] whose log density is linear, by its slope.

.. math:: \log p(x) = \sum_i x_i \ell_i - \log \frac{e^{\ell_i} - 1}{\ell_i}
          = \sum_i (x_i - \tfrac12) \ell_i - \log \frac{\sinh(\ell_i / 2)}{\ell_i / 2}

With :math:`\lambda = \sigma(\ell)` this is the Bernoulli's :math:`\lambda^x (1 - \lambda)^{1 - x}`, normalised.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["ContinuousBernoulli"]

_LOG_2 = math.log(2)
_NEAR = 0.5
_SERIES = (1 / 6, -1 / 180, 1 / 2835, -1 / 37800, 1 / 467775, -691 / 3831077250, 2 / 127702575)
"""Of log(sinh(h) / h) in powers of the square of h: exact to double precision below 1/2."""


class ContinuousBernoulli(Elementwise):
    """The continuous Bernoulli with parameter sigmoid(logits), on [0, 1] with both ends.

    Parameters
    ----------
    logits
        ``(*batch, *event)``; uniform at zero.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Loaiza-Ganem and Cunningham, The Continuous Bernoulli: Fixing a Pervasive Error in Variational
    Autoencoders, 2019, equations 7 to 9.

    Examples
    --------
    >>> ContinuousBernoulli(torch.zeros(2)).log_prob(torch.tensor([0.0, 0.3]))
    tensor(0.)
    """

    def __init__(self, logits: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, logits=logits)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        half, far, near = _halves(self.params["logits"])
        series = near * _polynomial([2 * k * c for k, c in enumerate(_SERIES, 1)], near)
        return 0.5 + 0.5 * torch.where(half.abs() < _NEAR, series, half.sign() * (1 / torch.tanh(far) - 1 / far))

    @property
    def mode(self) -> Tensor:
        """The likelier end of each entry, a half where all values are equally likely."""
        return 0.5 + 0.5 * self.params["logits"].sign()

    @property
    def variance(self) -> Tensor:
        """The variance of each entry."""
        half, far, near = _halves(self.params["logits"])
        series = _polynomial([2 * k * (2 * k - 1) * c for k, c in enumerate(_SERIES, 1)], near)
        decay = torch.exp(-2 * far)
        beyond = far**-2 - 4 * decay / (1 - decay).square()
        return 0.25 * torch.where(half.abs() < _NEAR, series, beyond)

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry."""
        logits = self.params["logits"]
        half, far, near = _halves(logits)
        series = near.square() * _polynomial(_SERIES, near)
        beyond = far + torch.log(-torch.expm1(-2 * far)) - far.log() - _LOG_2
        return (value - 0.5) * logits - torch.where(half.abs() < _NEAR, series, beyond)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw by inverting the distribution function."""
        logits = self.params["logits"]
        u = noise.uniform(self._lead(sample_shape), self.event_dim_, logits)
        slope = logits.abs().clamp(min=torch.finfo(logits.dtype).eps)
        small = (-torch.log1p(u * torch.expm1(-slope)) / slope).clamp(0, 1)
        return torch.where(logits > 0, 1 - small, small)


def _polynomial(coefficients: Sequence[float], x: Tensor) -> Tensor:
    """Return the polynomial in the square of ``x``."""
    square, total = x.square(), torch.zeros_like(x)
    for c in reversed(coefficients):
        total = total * square + c
    return total


def _halves(logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return h = logits / 2, its size kept away from zero, and h kept near zero."""
    half = 0.5 * logits
    return half, half.abs().clamp(min=_NEAR), half.clamp(-_NEAR, _NEAR)
