"""Smooth bounds of raw parameters, so that none of them gives a density that is not finite."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.distributions import gentle_log

__all__ = ["between", "two_concentrations"]

REACH = 10.0


def between(raw: Tensor, low: float, high: float) -> Tensor:
    """Return a number between two bounds, rising with ``raw``; 0.378 of the way up at zero."""
    return low + (high - low) * (raw - 0.5).sigmoid()


def two_concentrations(logit: Tensor, log_sum: Tensor | float, raw_sum: Tensor) -> tuple[Tensor, Tensor]:
    """Return a beta's (a, b), of the mean sigmoid(logit) and of a sum that is exp(log_sum) where ``raw_sum`` is zero.

    A logit beyond 10 grows as its logarithm.
    """
    beyond = torch.log1p((logit.abs() - REACH).clamp(min=0))
    logit = logit.clamp(-REACH, REACH) + logit.sign() * beyond
    whole = log_sum + gentle_log(raw_sum)
    return torch.exp(whole + functional.logsigmoid(logit)), torch.exp(whole + functional.logsigmoid(-logit))
