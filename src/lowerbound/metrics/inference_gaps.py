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

from lowerbound.core import Batch, Model, noise
from lowerbound.metrics.refinement import passes, refine

__all__ = ["Gaps", "inference_gaps"]


@dataclass(frozen=True)
class Gaps:
    """Where the ELBO of each row is lost, nats.

    Attributes
    ----------
    elbo, refined, log_likelihood : ndarray, (n,)
        Of the encoder's posterior, of the best of its family, and log p(x).

    Examples
    --------
    >>> Gaps(np.array([-10.0]), np.array([-9.0]), np.array([-8.5])).summary()["approximation_gap"]
    0.5
    """

    elbo: np.ndarray
    refined: np.ndarray
    log_likelihood: np.ndarray

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
        """Return means over rows and, where there are several, their standard errors."""
        named = {
            "elbo": self.elbo, "refined_elbo": self.refined, "log_likelihood": self.log_likelihood,
            "amortisation_gap": self.amortisation, "approximation_gap": self.approximation, "total_gap": self.total,
        }  # fmt: skip
        out: dict[str, float] = {}
        for name, rows in named.items():
            out[name] = float(rows.mean())
            out[f"{name}_error"] = float(rows.std(ddof=1)) / math.sqrt(len(rows)) if len(rows) > 1 else math.nan
        return out


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

    log p(x) is by importance sampling from the refined posterior.

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
    parts: list[list[np.ndarray]] = [[], [], []]
    for batch in batches:
        refined = refine(model, batch, steps, rate=rate, judges=samples, seed=seed)
        runs = passes(model, batch, refined.name, refined.q, samples, noise.mix_seed(seed, 23))
        log_w = torch.cat([trace.log_weight() for _, trace in runs]).double()
        # One set of draws for ELBO* and log p, one for both ELBOs: what is common to them leaves their differences.
        evidence, best = torch.logsumexp(log_w, 0) - math.log(samples), log_w.mean(0)
        elbo = best - (refined.after - refined.before).double()
        for rows, part in zip((elbo, best, evidence), parts, strict=True):
            part.append(rows.cpu().numpy())
        if advance is not None:
            advance(len(refined.before))
    return Gaps(*(np.concatenate(part) for part in parts))
