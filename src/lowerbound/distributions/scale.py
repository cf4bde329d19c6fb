"""From a network's output to a scale, without the exponential's blow-ups."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["gentle_concentration", "gentle_log", "inverse_gentle_log"]


def gentle_log(raw: Tensor) -> Tensor:
    r"""Return the log of a scale: ``exp(raw)`` below zero, ``1 + raw`` above, smooth where they meet.

    A large raw value then costs a KL that grows with its square, as a large mean does; with a
    plain exponential one outlier in a batch can cost more than a whole epoch gained. Below -10
    the log falls as slowly, so that no scale is so small that its inverse overflows.

    Examples
    --------
    >>> gentle_log(torch.tensor([-2.0, 0.0, 3.0])).exp()
    tensor([0.1353, 1.0000, 4.0000])
    """
    below = raw.clamp(min=-10.0) - torch.log1p((-10.0 - raw).clamp(min=0))
    return torch.where(raw < 0, below, torch.log1p(raw.clamp(min=0)))


def inverse_gentle_log(log: Tensor) -> Tensor:
    """Return the raw value of which :func:`gentle_log` is ``log``.

    Examples
    --------
    >>> gentle_log(inverse_gentle_log(torch.tensor([-12.0, -2.0, 3.0])))
    tensor([-12.,  -2.,   3.])
    """
    below = log.clamp(min=-10.0) - torch.expm1((-10.0 - log).clamp(min=0))
    return torch.where(log < 0, below, torch.expm1(log.clamp(min=0)))


def gentle_concentration(raw: Tensor, least: float) -> Tensor:
    """Return a positive number that is 1 at zero, grows no faster than ``raw`` and stays above ``least / (1 + least)``.

    Examples
    --------
    >>> gentle_concentration(torch.tensor([-1e9, 0.0, 3.0]), least=0.25)
    tensor([0.2000, 1.0000, 3.4000])
    """
    return (gentle_log(raw).exp() + least) / (1 + least)
