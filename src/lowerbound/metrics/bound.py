r"""The ELBO of held-out rows and its two parts.

.. math:: \mathrm{ELBO} = -\underbrace{(-E_q[\log p(x \mid z)])}_{\text{distortion}}
          - \underbrace{\mathrm{KL}(q(z \mid x) \,\|\, p(z))}_{\text{rate}}
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from lowerbound.core import Batch, Model, noise

__all__ = ["Bound", "elbo"]


@dataclass(frozen=True)
class Bound:
    """Nats per row: ``elbo`` higher is better, ``rate`` and ``distortion`` lower.

    Attributes
    ----------
    elbo, rate, distortion : ndarray, (n,)
        Of each row.

    Examples
    --------
    >>> Bound(np.array([-3.0, -5.0]), np.array([1.0, 1.0]), np.array([2.0, 4.0])).summary()["elbo"]
    -4.0
    """

    elbo: np.ndarray
    rate: np.ndarray
    distortion: np.ndarray

    def summary(self) -> dict[str, float]:
        """Return means over rows and their standard errors (NaN for one row)."""
        out: dict[str, float] = {}
        for name in ("elbo", "rate", "distortion"):
            rows: np.ndarray = getattr(self, name)
            out[name] = float(rows.mean())
            out[f"{name}_error"] = float(rows.std(ddof=1)) / math.sqrt(len(rows)) if len(rows) > 1 else math.nan
        return out


def elbo(model: Model, batches: Iterator[Batch], samples: int = 1, *, seed: int = 0) -> Bound:
    """Evaluate the ELBO of every row: the model's own, whatever it was trained for.

    Parameters
    ----------
    model
        In evaluation mode.
    batches
        Batches of rows, as the model takes them.
    samples
        Latent samples per row, for the distortion; the rate has none where it has a closed form.
    seed
        Of the noise: independent over rows, the same at each call.

    References
    ----------
    Alemi et al., Fixing a Broken ELBO, 2018, section 2 (rate and distortion).

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> elbo(model, iter([{"x": torch.zeros(5, 3)}])).elbo.shape
    (5,)
    """
    rates, distortions = [], []
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(seed, 1))
        for batch in batches:
            trace = model(batch, samples=samples)
            rates.append(trace.rate().double().cpu())
            distortions.append(trace.distortion().double().cpu())
    rate, distortion = torch.cat(rates).numpy(), torch.cat(distortions).numpy()
    return Bound(elbo=-(rate + distortion), rate=rate, distortion=distortion)
