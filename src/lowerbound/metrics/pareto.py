r"""How heavy the tail of the importance weights is: whether an estimate can be trusted.

The largest weights are fitted by a generalised Pareto distribution of shape k. Below 0.5 the
variance is finite; above 0.7 the estimate converges too slowly to be believed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["TRUSTED", "pareto_k"]

TRUSTED = 0.7
"""The largest k of an estimate that can be believed."""


def pareto_k(log_w: Tensor) -> Tensor:
    """Estimate the tail shape of importance weights: ``(S, B)`` to ``(B,)``.

    The tail is the ``min(S / 5, 3 sqrt(S))`` largest weights; fewer than five give infinity.

    Parameters
    ----------
    log_w
        Log-weights, samples first.

    References
    ----------
    Vehtari et al., Pareto Smoothed Importance Sampling, 2024, appendix C; Zhang and Stephens, A
    New and Efficient Estimation Method for the Generalized Pareto Distribution, 2009.

    Examples
    --------
    >>> pareto_k(torch.zeros(3, 2))
    tensor([inf, inf])
    """
    count = int(min(len(log_w) / 5, 3 * math.sqrt(len(log_w))))
    if count < 5:
        return torch.full_like(log_w[0], math.inf)
    top = log_w.double().topk(count + 1, 0).values.T.contiguous().flip(-1)
    weights = (top - top[:, -1:]).exp()
    return _shape(weights[:, 1:] - weights[:, :1]).to(log_w.dtype)


def _shape(excess: Tensor) -> Tensor:
    """Zhang and Stephens' estimate, drawn a little towards 0.5; excesses ``(B, count)`` in rising order."""
    n = excess.shape[1]
    tiny = torch.finfo(excess.dtype).tiny
    quartile, largest = (excess[:, i, None].clamp(min=tiny) for i in (int(n / 4 + 0.5) - 1, -1))
    points = 30 + int(math.sqrt(n))
    index = torch.arange(1, points + 1, dtype=excess.dtype, device=excess.device)
    b = (1 - (points / (index - 0.5)).sqrt()) / (3 * quartile) + 1 / largest
    k = torch.log1p(-b[..., None] * excess[:, None]).mean(-1)
    profile = n * ((-b / k).log() - k - 1)
    b = (b * profile.nan_to_num(-math.inf).softmax(-1)).nan_to_num().sum(-1, keepdim=True)
    found = (n * torch.log1p(-b * excess).mean(-1) + 5) / (n + 10)
    return torch.where(excess[:, -1] > 0, found, 0.0)  # equal weights: there is no tail
