r"""Where the ELBO is lost: in the family of posteriors, or in one encoder serving all rows.

.. math:: \log p(x) - \mathrm{ELBO}(q) = \underbrace{\log p(x) - \mathrm{ELBO}(q^*)}_{\text{approximation gap}}
          + \underbrace{\mathrm{ELBO}(q^*) - \mathrm{ELBO}(q)}_{\text{amortisation gap}}
          = \mathrm{KL}(q(z) \,\|\, p(z \mid x)),

with q the encoder's posterior of a row and :math:`q^*` the best one of the same family.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Batch, Model, noise
from lowerbound.errors import ConfigError
from lowerbound.metrics.adaptive import HANDFUL, adapted_log_likelihood
from lowerbound.metrics.importance import effective_sample_size
from lowerbound.metrics.refinement import AT_ONCE, passes, refine

__all__ = ["Gaps", "inference_gaps"]

ENOUGH = 100
"""Effective samples from which the refined posterior is trusted with log p(x); of few samples, a tenth of them."""


@dataclass(frozen=True)
class Gaps:
    """Where the ELBO of each row is lost, nats.

    Attributes
    ----------
    elbo, refined, log_likelihood : ndarray, (n,)
        Of the encoder's posterior, of the best of its family, and log p(x).
    adapted : ndarray of bool, (n,)
        Whether log p(x) of a row is from a proposal adapted to it; else it is from the refined posterior.

    Examples
    --------
    >>> gaps = Gaps(np.array([-10.0]), np.array([-9.0]), np.array([-8.5]), np.array([False]))
    >>> gaps.summary()["approximation_gap"]
    0.5
    """

    elbo: np.ndarray
    refined: np.ndarray
    log_likelihood: np.ndarray
    adapted: np.ndarray

    @property
    def amortisation(self) -> np.ndarray:
        """ELBO* - ELBO of each row: what the encoder misses within its family."""
        return self.refined - self.elbo

    @property
    def approximation(self) -> np.ndarray:
        """What the family cannot follow, of each row: log p(x) - ELBO*."""
        return self.log_likelihood - self.refined

    @property
    def total(self) -> np.ndarray:
        """All of it, of each row: log p(x) - ELBO = KL(q(z) || p(z | x))."""
        return self.log_likelihood - self.elbo

    def summary(self) -> dict[str, float]:
        """Return means over rows, their standard errors where there are several, and how many were adapted."""
        named = {
            "elbo": self.elbo, "refined_elbo": self.refined, "log_likelihood": self.log_likelihood,
            "amortisation_gap": self.amortisation, "approximation_gap": self.approximation, "total_gap": self.total,
        }  # fmt: skip
        out: dict[str, float] = {}
        for name, rows in named.items():
            out[name] = float(rows.mean())
            out[f"{name}_error"] = float(rows.std(ddof=1)) / math.sqrt(len(rows)) if len(rows) > 1 else math.nan
        return {**out, "adapted_rows": int(self.adapted.sum())}


def inference_gaps(
    model: Model,
    batches: Iterator[Batch],
    *,
    steps: int = 200,
    rate: float = 0.03,
    samples: int = 2000,
    seed: int = 0,
    advance: Callable[[int], None] | None = None,
) -> Gaps:
    """Split log p(x) - ELBO of every row into what the encoder and what its family lose.

    log p(x) is by importance sampling from the refined posterior, which is exact where the family holds the true one.
    A row that it leaves too few effective samples, fewer than 100 or a tenth of ``samples``, has a proposal adapted to
    it (:func:`adapted_log_likelihood`) in its place, if its latents allow one.

    Parameters
    ----------
    model, batches
        As for :func:`refine`.
    steps, rate
        Of the refinement.
    samples
        Importance samples a row, and draws on which both ELBOs are measured.
    seed
        Of the noise, which rows share.
    advance
        Called with the number of rows done.

    References
    ----------
    Cremer, Li and Duvenaud, Inference Suboptimality in Variational Autoencoders, 2018, section 3.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> inference_gaps(model, iter([{"x": torch.zeros(5, 3)}]), steps=5, samples=50).total.shape
    (5,)
    """
    parts: list[list[np.ndarray]] = [[], [], [], []]
    for batch in batches:
        refined = refine(model, batch, steps, rate=rate, judges=samples, seed=seed)
        runs = passes(model, batch, refined.name, refined.q, samples, noise.mix_seed(seed, 23))
        log_w = torch.cat([trace.log_weight() for _, trace in runs]).double()
        # One set of draws for ELBO* and log p, one for both ELBOs: what is common to them leaves their differences.
        evidence, best = torch.logsumexp(log_w, 0) - math.log(samples), log_w.mean(0)
        elbo = best - (refined.after - refined.before).double()
        evidence, poor = _mended(model, batch, evidence, effective_sample_size(log_w), samples, seed)
        for rows, part in zip((elbo, best, evidence, poor), parts, strict=True):
            part.append(rows.cpu().numpy())
        if advance is not None:
            advance(len(refined.before))
    return Gaps(*(np.concatenate(part) for part in parts))


def _mended(
    model: Model, batch: Batch, evidence: Tensor, effective: Tensor, samples: int, seed: int
) -> tuple[Tensor, Tensor]:
    """Return log p(x) with better values for rows of too few effective samples, and which those are: ``(B,)`` each."""
    poor = effective < min(ENOUGH, samples / 10)
    if not bool(poor.any()):
        return evidence, poor
    rows = {name: value[poor].split(HANDFUL) for name, value in batch.items()}
    handfuls = (dict(zip(rows, parts, strict=True)) for parts in zip(*rows.values(), strict=True))
    try:
        found = adapted_log_likelihood(model, handfuls, samples, seed=seed, chunk=AT_ONCE // HANDFUL)
    except ConfigError:  # latents on a surface
        return evidence, torch.zeros_like(poor)
    better = torch.from_numpy(found.rows).to(evidence)
    return evidence.masked_scatter(poor, better), poor
