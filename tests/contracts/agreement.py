"""Do samples agree with the density? Each check is seeded and has a power that is stated."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import torch
from scipy import stats
from torch import Tensor
from torch.distributions import Distribution


class Given:
    """Noise written out beforehand, draw by draw."""

    def __init__(self, *draws: Tensor) -> None:
        self.draws = list(draws)

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self.draws.pop(0).expand(shape)

    uniform = normal


def at_most(estimates: Tensor, bound: float | Tensor, errors: float = 4.0) -> None:
    """Check that the mean over the first axis is at most ``bound``, up to 4 standard errors."""
    error = estimates.std(0) / math.sqrt(len(estimates))
    excess = (estimates.mean(0) - bound) - errors * error
    assert bool((excess <= 1e-12).all()), (estimates.mean(0), bound, error)


def unbiased(estimates: Tensor, truth: float | Tensor, size: float = math.inf) -> None:
    """Check that the mean over the first axis is ``truth`` up to 4 standard errors, each below ``size``."""
    error = estimates.std(0) / math.sqrt(len(estimates))
    assert bool((error <= size).all()), f"standard errors up to {error.max():.1e} show nothing: {size:.1e} wanted"
    far = (estimates.mean(0) - truth).abs() - 4 * error
    assert bool((far <= 1e-12).all()), (estimates.mean(0), truth, error)


def every_value(entry: Sequence[float], event_shape: tuple[int, ...]) -> Tensor:
    """Return every value of an event whose entries each take the values ``entry``: ``(N, *event)``."""
    rows = itertools.product(entry, repeat=math.prod(event_shape))
    return torch.tensor(list(rows), dtype=torch.float64).reshape(-1, *event_shape)


def discrete_agrees(p: Distribution, values: Tensor, n: int = 20_000) -> None:
    """Check that the probabilities of ``values`` sum to one and samples of ``p`` have those frequencies."""
    assert p.batch_shape == ()
    probabilities = p.log_prob(values).exp().detach()
    assert abs(float(probabilities.sum()) - 1) <= 1e-6
    draws = p.expand((n,)).sample().flatten(1)
    same = (draws[:, None] == values.flatten(1)).all(-1)
    assert bool(same.any(1).all()), "a sample lies outside the support"
    expected, counts = probabilities * n, same.double().sum(0)
    rare = expected < 5
    expected = torch.cat([expected[~rare], expected[rare].sum(0, keepdim=True)])
    counts = torch.cat([counts[~rare], counts[rare].sum(0, keepdim=True)])
    kept = expected > 0
    assert counts[~kept].sum() == 0
    if kept.sum() > 1:
        total = expected[kept] * (n / expected[kept].sum())
        assert stats.chisquare(counts[kept].numpy(), total.numpy()).pvalue > 1e-3


def continuous_agrees(
    p: Distribution, n: int = 20_000, narrower: float = 0.6, reference: Distribution | None = None
) -> None:
    """Check E_p[r / p] = 1 for a narrower r: true only if p is normalised and drawn from.

    ``reference`` is r where p is not over all real numbers; else r is normal.
    """
    assert p.batch_shape == ()
    x = p.expand((n,)).sample()
    if reference is None:
        log_r = torch.distributions.Normal(p.mean, narrower * p.variance.sqrt()).log_prob(x).flatten(1).sum(1)
    else:
        log_r = reference.log_prob(x)
    unbiased((log_r - p.log_prob(x)).exp(), 1.0, size=0.05)


def moments_agree(p: Distribution, n: int = 20_000) -> None:
    """Check the mean (and the variance, where there is one) against samples."""
    x = p.expand((n,)).sample()
    unbiased(x, p.mean)
    try:
        variance = p.variance
    except NotImplementedError:
        return
    unbiased((x - p.mean).square(), variance)


def kl_agrees(q: Distribution, p: Distribution, exact: Tensor, n: int = 20_000) -> None:
    """Check a closed-form KL against its Monte Carlo estimate."""
    z = q.expand((n, *q.batch_shape)).sample()
    unbiased(q.log_prob(z) - p.log_prob(z), exact)


def gauss_hermite(points: int) -> tuple[Tensor, Tensor]:
    """Return nodes and weights for expectations under N(0, 1), float64."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return torch.from_numpy(nodes), torch.from_numpy(weights / weights.sum())
