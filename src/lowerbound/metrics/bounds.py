r"""Bounds and estimates of log p(x) as functions of log-weights alone.

With weights :math:`w = p(x, z) / q(z \mid x)` of draws from q, and :math:`L_k = E \log \frac1k \sum_{s \le k} w_s`:

.. math:: L_\alpha = \frac1{1 - \alpha} \log E[w^{1 - \alpha}], \qquad U_n = \frac1n \log E[w^n], \qquad
          J_k = k \hat L_k - \frac{k - 1}k \sum_i \hat L_{k-1}^{(-i)}

All take ``(S, B)`` to ``(B,)``, and a ``weight`` of each sample that sums to one over them, 1/S unless told: with
enumerated latents or the nodes of a quadrature in place of draws, expectations are exact.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound.errors import ConfigError

__all__ = ["chi_square_upper", "jackknife", "kl_estimates", "log_mean", "renyi", "roulette", "roulette_levels"]

TAIL, MOST = 1.5, 24
"""Roulette goes on to level j with probability 2^(-TAIL j), and ends after 2^MOST samples in any case."""


def log_mean(log_w: Tensor, weight: Tensor | None = None) -> Tensor:
    """Return the log of the mean of w: log p(x) in the limit, a lower bound in expectation.

    Examples
    --------
    >>> log_mean(torch.zeros(4, 2))
    tensor([0., 0.])
    """
    return (
        torch.logsumexp(log_w, 0) - math.log(len(log_w)) if weight is None else torch.logsumexp(log_w + weight.log(), 0)
    )


def renyi(log_w: Tensor, alpha: float, weight: Tensor | None = None) -> Tensor:
    """Return the Renyi bound: log p(x) at alpha = 0, the ELBO at 1, and an upper bound below 0.

    References
    ----------
    Li and Turner, Renyi Divergence Variational Inference, 2016, section 3.

    Examples
    --------
    >>> log_w = torch.tensor([[-1.0], [-3.0]])
    >>> [round(renyi(log_w, alpha).item(), 3) for alpha in (0.0, 0.5, 1.0)]
    [-1.566, -1.76, -2.0]
    """
    if alpha == 1:
        return log_w.mean(0) if weight is None else (weight * log_w).sum(0)
    return log_mean((1 - alpha) * log_w, weight) / (1 - alpha)


def chi_square_upper(log_w: Tensor, order: float = 2.0, weight: Tensor | None = None) -> Tensor:
    """Return the chi upper bound of log p(x), which falls to it as ``order`` falls to 1.

    Of finitely many draws the estimate is too low: it is an upper bound where expectations are exact.

    Raises
    ------
    ConfigError
        For an order below 1.

    References
    ----------
    Dieng, Tran, Ranganath, Paisley and Blei, Variational Inference via chi Upper Bound Minimization, 2017, section 2.

    Examples
    --------
    >>> round(chi_square_upper(torch.tensor([[-1.0], [-3.0]])).item(), 3)
    -1.337
    """
    if order < 1:
        raise ConfigError(f"order={order}: the chi bound is above log p(x) from order 1 on.")
    return renyi(log_w, 1 - order, weight)


def jackknife(log_w: Tensor) -> Tensor:
    """Return the importance-weighted bound with its bias of order 1/S taken off: what is left is of order 1/S^2.

    Raises
    ------
    ConfigError
        For a single sample.

    References
    ----------
    Nowozin, Debiasing Evidence Approximations: On Importance-weighted Autoencoders and Jackknife Variational
    Inference, 2018, section 3.

    Examples
    --------
    >>> jackknife(torch.zeros(5, 2))
    tensor([0., 0.])
    """
    k = len(log_w)
    if k < 2:
        raise ConfigError("The jackknife leaves one sample out of at least two.")
    top = log_w.max(0).values
    w = (log_w - top).exp()
    # Adding up what lies on either side of each sample: subtracting it from the sum would cancel.
    before = torch.cat([torch.zeros_like(w[:1]), w.cumsum(0)[:-1]])
    after = torch.cat([w.flip(0).cumsum(0).flip(0)[1:], torch.zeros_like(w[:1])])
    without = (before + after).log() + top - math.log(k - 1)
    return k * log_mean(log_w) - (k - 1) * without.mean(0)


def roulette_levels(rows: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw how often the samples of each row are doubled by :func:`roulette`: at least j times with 2^(-1.5 j).

    Examples
    --------
    >>> bool((roulette_levels(100) >= 0).all())
    True
    """
    u = torch.rand(rows, generator=generator, dtype=torch.float64)
    return (u.log2() / -TAIL).floor().long().clamp(max=MOST)


def roulette(log_w: Tensor, levels: Tensor) -> Tensor:
    """Return an estimate of log p(x) without bias: bounds of 1, 2, 4, ... samples, cut at a random length.

    What doubling adds is taken against both halves of the samples, so that the variance is finite; with bounds of
    1, 2, 3, ... samples, as in SUMO, it is not.

    Parameters
    ----------
    log_w
        ``(S, B)``: row b needs ``2 ** levels[b]`` samples, others are not used.
    levels
        ``(B,)``, by :func:`roulette_levels`.

    Raises
    ------
    ConfigError
        For too few samples.

    References
    ----------
    Luo, Beatson, Norouzi, Zhu, Duvenaud, Adams and Chen, SUMO: Unbiased Estimation of Log Marginal Probability for
    Latent Variable Models, 2020, section 4; Ishikawa and Goda, Efficient Debiased Evidence Estimation by Multilevel
    Monte Carlo Sampling, 2021, section 3.

    Examples
    --------
    >>> roulette(torch.zeros(4, 2), torch.tensor([1, 2]))
    tensor([0., 0.])
    """
    most = int(levels.max())
    if len(log_w) < 2**most:
        raise ConfigError(f"Roulette needs {2**most} samples for these levels; got {len(log_w)}.")
    total = log_w[0]
    for level in range(1, most + 1):
        half = 2 ** (level - 1)
        one, two = log_mean(log_w[:half]), log_mean(log_w[half : 2 * half])
        gain = log_mean(torch.stack([one, two])) - 0.5 * (one + two)
        total = total + torch.where(levels >= level, gain * 2 ** (TAIL * level), 0.0)
    return total


def kl_estimates(log_ratio: Tensor) -> dict[str, Tensor]:
    """Return three estimates of KL(q || p) of each draw from q, of log p - log q.

    ``k1`` has no bias, ``k3`` neither and is never negative, ``k2`` is never negative and close where the KL is small.

    References
    ----------
    Schulman, Approximating KL Divergence, 2020.

    Examples
    --------
    >>> {name: round(value.item(), 3) for name, value in kl_estimates(torch.tensor(0.5)).items()}
    {'k1': -0.5, 'k2': 0.125, 'k3': 0.149}
    """
    return {"k1": -log_ratio, "k2": 0.5 * log_ratio.square(), "k3": torch.expm1(log_ratio) - log_ratio}
