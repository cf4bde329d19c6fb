r"""log p(x) from below and from above, on rows that the model itself drew.

.. math:: E\left[\log \frac1S \sum_s w_s\right] \le E[\log p(x)] \le -E\left[\log \frac1S \sum_s \frac1{v_s}\right],
          \qquad (x, z) \sim p(x, z),

with w the weights of chains annealed forward from the prior, and v those of chains annealed backward from z, an exact
draw of p(z | x). What lies between the two is all that the sampler can be wrong by, on such rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Model, held, noise
from lowerbound.metrics.annealed import Annealing, sigmoidal

__all__ = ["Bracket", "bidirectional"]


@dataclass(frozen=True)
class Bracket:
    """Bounds of log p(x), nats, on simulated rows.

    Attributes
    ----------
    lower, upper : ndarray, (n,)
        Of each row, each with its own noise: their means over rows are ordered, single rows need not be.

    Examples
    --------
    >>> bracket = Bracket(np.array([-3.0, -5.0]), np.array([-2.5, -4.5]))
    >>> bracket.gap, bracket.summary()["lower"]
    (0.5, -4.0)
    """

    lower: np.ndarray
    upper: np.ndarray

    @property
    def gap(self) -> float:
        """Mean of upper - lower, nats per row: 0 for a perfect sampler."""
        return float((self.upper - self.lower).mean())

    def summary(self) -> dict[str, float]:
        """Return means over rows; ``gap_error`` is the standard error of the gap."""
        n = len(self.lower)
        error = float((self.upper - self.lower).std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
        return {
            "lower": float(self.lower.mean()), "upper": float(self.upper.mean()), "gap": self.gap, "gap_error": error,
        }  # fmt: skip


def bidirectional(
    model: Model,
    rows: int,
    chains: int = 16,
    temperatures: int = 500,
    *,
    condition: Tensor | None = None,
    start: str = "prior",
    leapfrogs: int = 10,
    seed: int = 0,
) -> Bracket:
    """Draw rows from the model and bound their log p(x) by annealing from both ends.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents.
    rows
        n.
    chains, temperatures, start, leapfrogs
        Of the annealing, as for :func:`annealed_log_likelihood`.
    condition
        c of each row ``(n, C)``, for a conditional model.
    seed
        Of the rows and of the noise.

    References
    ----------
    Grosse, Ghahramani and Adams, Sandwiching the marginal likelihood using bidirectional Monte Carlo, 2015.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> bidirectional(model, 5, chains=4, temperatures=20).lower.shape
    (5,)
    """
    given = {} if condition is None else {"c": condition}
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(seed, 10))
        drawn = {name: site.value for name, site in model.sample(rows, **given).sites.items()}
    names = {level.name for level in getattr(model, "levels", ())}
    batch = {**given, **{name: value for name, value in drawn.items() if name not in names}}
    with held(model):
        annealing = Annealing(
            model, batch, chains, sigmoidal(temperatures), start=start, leapfrogs=leapfrogs, seed=seed
        )
        exact = annealing.joint.free({name: drawn[name][None] for name in annealing.joint.shapes})
        forward = annealing.forward()
        backward = annealing.backward(exact.expand(chains, -1, -1))
    lower = torch.logsumexp(forward, 0) - math.log(chains)
    upper = math.log(chains) - torch.logsumexp(-backward, 0)
    return Bracket(lower.cpu().numpy(), upper.cpu().numpy())
