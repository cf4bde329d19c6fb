r"""How heavy the tail of the importance weights is: whether an estimate can be trusted.

The largest weights are fitted by a generalised Pareto distribution of shape k. Below 0.5 the
variance is finite; above 0.7 the estimate converges too slowly to be believed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["pareto_k"]


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
    ordered = log_w.double().sort(0).values
    top = (ordered[-count:] - ordered[-1:]).exp()
    excess = top - (ordered[-count - 1] - ordered[-1]).exp()
    return torch.stack([_shape(column) for column in excess.unbind(1)]).to(log_w.dtype)


def _shape(excess: Tensor) -> Tensor:
    """Zhang and Stephens' estimate, drawn a little towards 0.5; excesses in rising order."""
    n = len(excess)
    if not excess[-1] > 0:
        return torch.zeros((), dtype=excess.dtype)  # equal weights: there is no tail
    quartile = excess[int(n / 4 + 0.5) - 1].clamp(min=torch.finfo(excess.dtype).tiny)
    points = 30 + int(math.sqrt(n))
    index = torch.arange(1, points + 1, dtype=excess.dtype)
    b = (1 - (points / (index - 0.5)).sqrt()) / (3 * quartile) + 1 / excess[-1]
    k = torch.log1p(-b[:, None] * excess).mean(1)
    profile = n * ((-b / k).log() - k - 1)
    b = (b * (profile - profile.max()).nan_to_num(-math.inf).softmax(0)).nan_to_num().sum()
    return (n * torch.log1p(-b * excess).mean() + 5) / (n + 10)
