r"""What a decoder could do at any rate: its rate-distortion curve, by annealing from the prior.

.. math:: q_\beta(z \mid x) \propto p(z) \, p(x \mid z)^\beta, \qquad
          D_\beta = -E_{q_\beta}[\log p(x \mid z)], \qquad
          R_\beta = \mathrm{KL}(q_\beta \,\|\, p) = -\beta D_\beta - \log Z_\beta

The chains that lead to beta = 1 pass every smaller beta on their way, and go on beyond. Since :math:`\log Z` is
estimated from below, the rate is an upper bound in expectation. At beta = 1, :math:`-(R + D) = \log p(x)`; the
encoder's own (rate, distortion) lies above the curve by what inference loses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Batch, Model, held
from lowerbound.errors import ConfigError
from lowerbound.metrics.annealed import Annealing, sigmoidal

__all__ = ["RateDistortion", "rate_distortion"]


@dataclass(frozen=True)
class RateDistortion:
    """A curve, nats per row, means over rows.

    Attributes
    ----------
    beta, rate, distortion : ndarray, (T,)
        Along the curve, from the prior (rate 0) on.
    rate_error, distortion_error : ndarray, (T,)
        Monte Carlo standard errors over chains, to first order.

    Examples
    --------
    >>> one = np.array([0.0, 2.0])
    >>> RateDistortion(one, one, -one, one, one).log_likelihood is None
    True
    """

    beta: np.ndarray
    rate: np.ndarray
    distortion: np.ndarray
    rate_error: np.ndarray
    distortion_error: np.ndarray

    @property
    def log_likelihood(self) -> float | None:
        """Mean log p(x), nats per row, where the curve passes beta = 1."""
        (at,) = np.nonzero(np.isclose(self.beta, 1.0))
        return -float(self.rate[at[0]] + self.distortion[at[0]]) if len(at) else None

    def to_json(self) -> dict[str, list[float]]:
        """Return the columns as lists."""
        return {name: value.tolist() for name, value in vars(self).items()}


def _betas(temperatures: int, top: float) -> list[float]:
    """Return betas to 1 along a sigmoid, and on to ``top`` by equal ratios."""
    if top < 1:
        raise ConfigError(f"top={top}: the curve goes to beta = 1 at least.")
    betas = sigmoidal(temperatures)
    ratio = 1 / (1 - betas[-2]) if temperatures > 1 else 2.0
    more = math.ceil(math.log(top) * temperatures / math.log(max(ratio, 2.0))) if top > 1 else 0
    return betas + [top ** (i / more) for i in range(1, more + 1)]


def rate_distortion(
    model: Model,
    batches: Iterator[Batch],
    chains: int = 16,
    temperatures: int = 200,
    *,
    top: float = 10.0,
    points: int = 60,
    leapfrogs: int = 10,
    seed: int = 0,
    advance: Callable[[int], None] | None = None,
) -> RateDistortion:
    """Trace the rate-distortion curve of a model's decoder over some rows.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents on any number of levels.
    batches
        Batches of rows, as the model takes them.
    chains, temperatures, leapfrogs
        Of the annealing to beta = 1; the way beyond is as fine.
    top
        Largest beta.
    points
        About how many points of the curve are kept.
    seed
        Of the noise that the rows share.
    advance
        Called with the number of rows done.

    References
    ----------
    Huang, Makhzani, Cao and Grosse, Evaluating Lossy Compression Rates of Deep Generative Models, 2020, section 4.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> curve = rate_distortion(model, iter([{"x": torch.zeros(5, 3)}]), 4, 10)
    >>> float(curve.beta[0]), float(curve.rate[0]), float(curve.beta[-1])
    (0.0, 0.0, 10.0)
    """
    betas = _betas(temperatures, top)
    every = max(1, (len(betas) - 1) // points)
    last = len(betas) - 1
    chosen = [t for t in range(1, last + 1) if t % every == 0 or t in (temperatures, last)]
    curve = _Sums(chains, chosen, betas)
    with held(model):
        for batch in batches:
            annealing = Annealing(model, batch, chains, betas, leapfrogs=leapfrogs, seed=seed)
            curve.start(annealing)
            annealing.forward(curve.visit)
            if advance is not None:
                advance(annealing.joint.rows)
    return curve.result()


class _Sums:
    """Sums over rows at the chosen temperatures; errors from the influence of each chain, whose noise rows share."""

    def __init__(self, chains: int, chosen: list[int], betas: list[float]) -> None:
        self.rows, self.betas = 0, [0.0, *(betas[t] for t in chosen)]
        self.at = {0: 0, **{t: i + 1 for i, t in enumerate(chosen)}}
        self.mean = torch.zeros(2, len(self.at), dtype=torch.float64)
        self.influence = torch.zeros(2, len(self.at), chains, dtype=torch.float64)

    def start(self, annealing: Annealing) -> None:
        """Take the draws from the prior, where the rate is nothing."""
        self.rows += annealing.joint.rows
        u = annealing.joint.draw_prior(annealing.chains)
        with torch.no_grad():
            _, likelihood = annealing.joint(u)
        self._add(0, torch.zeros_like(likelihood, dtype=torch.float64), likelihood)

    def visit(self, t: int, log_w: Tensor, first: Tensor, last: Tensor) -> None:
        """Take the chains at temperature t."""
        if t in self.at:
            self._add(t, log_w, last - first)

    def _add(self, t: int, log_w: Tensor, likelihood: Tensor) -> None:
        i, chains = self.at[t], len(log_w)
        beta, log_w, cost = self.betas[i], log_w.cpu(), -likelihood.double().cpu()
        share = log_w.softmax(0)
        distortion = (share * cost).sum(0)
        log_z = torch.logsumexp(log_w, 0) - math.log(chains)
        moved = chains * share * (cost - distortion)
        self.mean[0, i] += (-beta * distortion - log_z).sum()
        self.mean[1, i] += distortion.sum()
        self.influence[0, i] += (-beta * moved - (chains * share - 1)).sum(1)
        self.influence[1, i] += moved.sum(1)

    def result(self) -> RateDistortion:
        """Return the curve."""
        chains = self.influence.shape[-1]
        mean = (self.mean / self.rows).numpy()
        spread = (self.influence / self.rows).std(-1) if chains > 1 else torch.full_like(self.mean, math.nan)
        error = (spread / math.sqrt(chains)).numpy()
        error[0, 0] = 0.0
        return RateDistortion(np.array(self.betas), mean[0], mean[1], error[0], error[1])
