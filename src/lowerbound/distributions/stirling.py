r"""Differences of log-gammas that keep their digits at large arguments.

.. math:: \log \Gamma(x) = (x - \tfrac12) \log x - x + \tfrac12 \log 2\pi + \Delta(x)

The large terms of a difference are combined by hand, and only :math:`\Delta`, at most 1/(12 x), is left to subtract.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["log_beta", "stirling_rest"]

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680)
_FAR = 8.0


def stirling_rest(x: Tensor) -> Tensor:
    """Return what Stirling's formula leaves out of log Gamma(x), for positive x.

    Examples
    --------
    >>> round(stirling_rest(torch.tensor(1e6)).item() * 12e6, 4)
    1.0
    """
    near, far = x.clamp(max=_FAR), x.clamp(min=_FAR)
    direct = torch.lgamma(near) - (near - 0.5) * near.log() + near - _HALF_LOG_2PI
    inverse = far.reciprocal()
    square = inverse.square()
    a, b, c, d = _SERIES
    series = inverse * (a + square * (b + square * (c + square * d)))
    return torch.where(x < _FAR, direct, series)


def log_beta(a: Tensor, b: Tensor) -> Tensor:
    """Return log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b), for positive a and b.

    Examples
    --------
    >>> round(log_beta(torch.tensor(2.0), torch.tensor(3.0)).exp().item() * 12, 4)
    1.0
    """
    rest = stirling_rest(a) + stirling_rest(b) - stirling_rest(a + b)
    shares = (a - 0.5) * torch.log1p(b / a) + b * torch.log1p(a / b)
    return rest + _HALF_LOG_2PI - shares - 0.5 * b.log()
