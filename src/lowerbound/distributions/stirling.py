r"""Differences of log-gammas and digammas that keep their digits at large arguments.

.. math:: \log \Gamma(x) = (x - \tfrac12) \log x - x + \tfrac12 \log 2\pi + \Delta(x), \qquad
          \psi(x) = \log x - \tfrac1{2x} + \Delta'(x)

The large terms of a difference are combined by hand, and only :math:`\Delta`, at most 1/(12 x), is left to subtract.
They combine to deviances :math:`x \log(x / m) - x + m`, where rounding of m / x counts only as far as that is not one.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = [
    "HALF_LOG_2PI",
    "cubic",
    "deviance",
    "divergence_rest",
    "entropy_rest",
    "factorial_rest",
    "stirling_rest",
    "stirling_slope",
]

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680)
_SLOPES = (-1 / 12, 1 / 120, -1 / 252, 1 / 240)
_FAR = 8.0
_CLOSE = 0.5


def stirling_rest(x: Tensor) -> Tensor:
    """Return what Stirling's formula leaves out of log Gamma(x), for positive x.

    Examples
    --------
    >>> round(stirling_rest(torch.tensor(1e6)).item() * 12e6, 4)
    1.0
    """
    near, far = x.clamp(max=_FAR), x.clamp(min=_FAR)
    direct = torch.lgamma(near) - (near - 0.5) * near.log() + near - HALF_LOG_2PI
    return torch.where(x < _FAR, direct, _series(far))


def stirling_slope(x: Tensor) -> Tensor:
    """Return the derivative of ``stirling_rest``, digamma(x) - log x + 1 / (2 x), for positive x.

    Examples
    --------
    >>> round(stirling_slope(torch.tensor(1e6)).item() * -12e12, 4)
    1.0
    """
    near, square = x.clamp(max=_FAR), x.clamp(min=_FAR).reciprocal().square()
    direct = torch.digamma(near) - near.log() + 0.5 / near
    return torch.where(x < _FAR, direct, square * cubic(_SLOPES, square))


def deviance(x: Tensor, log_ratio: Tensor, mean: Tensor | None = None) -> Tensor:
    """Return x log(x / m) - x + m, for m = x exp(log_ratio).

    Parameters
    ----------
    x, log_ratio
        Of one shape.
    mean
        m itself, needed where x has a gradient: it would be a difference of numbers of the size of m / x.

    Examples
    --------
    >>> deviance(torch.tensor(2.0), torch.tensor(0.0))
    tensor(0.)
    """
    if mean is None:
        return x * (torch.expm1(log_ratio) - log_ratio)
    far = mean - x - x * log_ratio
    return torch.where(log_ratio.abs() < _CLOSE, deviance(x, log_ratio.clamp(-_CLOSE, _CLOSE)), far)


def factorial_rest(x: Tensor) -> Tensor:
    """Return what x log x - x leaves out of log x!, for x from zero up: nothing at zero.

    Examples
    --------
    >>> factorial_rest(torch.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    near, far = x.clamp(max=_FAR), x.clamp(min=_FAR)
    log_near = near.clamp(min=torch.finfo(x.dtype).tiny).log()  # finite, and so is its gradient, at zero
    direct = torch.lgamma(near + 1) - near * log_near + near
    return torch.where(x < _FAR, direct, HALF_LOG_2PI + 0.5 * far.log() + _series(far))


def divergence_rest(a: Tensor, c: Tensor) -> Tensor:
    """Return what c log(c / a) - c + a leaves out of log Gamma(c) - log Gamma(a) - (c - a) digamma(a).

    Examples
    --------
    >>> divergence_rest(torch.tensor(2.0), torch.tensor(2.0))
    tensor(0.)
    """
    ratio = c / a
    halves = 0.5 * (ratio - 1 - ratio.log())
    return halves + stirling_rest(c) - stirling_rest(a) - (c - a) * stirling_slope(a)


def entropy_rest(x: Tensor, k: float = 1.0) -> Tensor:
    """Return what (k - 1/2) log x - x + log(2 pi) / 2 leaves out of log Gamma(x) + (k - x) digamma(x).

    Examples
    --------
    >>> round(entropy_rest(torch.tensor(1e6)).item(), 4)
    0.5
    """
    return stirling_rest(x) + (k - x) * (stirling_slope(x) - 0.5 / x)


def _series(x: Tensor) -> Tensor:
    inverse = x.reciprocal()
    return inverse * cubic(_SERIES, inverse.square())


def cubic(terms: tuple[float, float, float, float], x: Tensor) -> Tensor:
    """Return the polynomial in x whose coefficients, lowest first, are ``terms``."""
    a, b, c, d = terms
    return a + x * (b + x * (c + x * d))
