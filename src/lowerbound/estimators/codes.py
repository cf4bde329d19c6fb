"""Draws of a latent variable for many rows, some of which are kept from a fit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.core import draw, noise, why_unbounded
from lowerbound.errors import ConfigError
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows

__all__ = ["Codes", "codes_used", "draw_codes"]

DRAWS = 100_000
"""Draws in all: at least two a row, at most sixteen; of a posterior that is a single point, one."""

HELD = 10


@dataclass(frozen=True)
class Codes:
    """Draws z from q(z | x), several a row.

    Attributes
    ----------
    z : Tensor, (N, *event)
    c : Tensor, (N, *shape), optional
        The condition of each draw.
    used, held : Tensor of int
        Which draws are for the fit, and which are of the rows kept from it.
    before : float
        Mean of log p(z) of the held draws under the model's present prior, nats.
    """

    z: Tensor
    c: Tensor | None
    used: Tensor
    held: Tensor
    before: float

    def condition(self, rows: Tensor) -> Tensor | None:
        """Return the condition of some draws."""
        return None if self.c is None else self.c[rows]


def codes_used(fitted: Fitted, n: int) -> int:
    """Return how many draws a fit to ``n`` rows has."""
    return _draws(fitted, n) * (n - _held(n))


def _draws(fitted: Fitted, n: int) -> int:
    return max(2, min(16, DRAWS // n)) if why_unbounded(fitted.model) is None else 1


def _held(n: int) -> int:
    return max(1, n // HELD)


def draw_codes(fitted: Fitted, x: Rows, c: Rows | None, name: str) -> Codes:
    """Draw from the posterior of the latent variable ``name`` for every row; the same seed gives the same draws.

    Raises
    ------
    ConfigError
        When there are fewer than two rows.
    """
    n = len(x)
    if n < 2:
        raise ConfigError("Fitting a prior takes at least two rows.")
    draws = _draws(fitted, n)
    values, densities, conditions = [], [], []
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(fitted.seed, 6))
        for batch in fitted.batches(x, c):
            site = fitted.model(batch).latents[name]
            assert site.q is not None
            z = draw(site.q, (draws, len(batch["x"])))
            values.append(z)
            densities.append(site.p.log_prob(z))
            if "c" in batch:
                conditions.append(batch["c"].expand(draws, *batch["c"].shape))
    order = torch.randperm(n, generator=torch.Generator().manual_seed(noise.mix_seed(fitted.seed, 7)))
    held, used = order[: _held(n)], order[_held(n) :]
    every = torch.arange(draws)[:, None] * n
    condition = torch.cat(conditions, 1).flatten(0, 1) if conditions else None
    log_p = torch.cat(densities, 1)
    return Codes(
        torch.cat(values, 1).flatten(0, 1), condition, (every + used).flatten(), (every + held).flatten(),
        float(log_p[:, held].mean()),
    )  # fmt: skip
