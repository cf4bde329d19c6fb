r"""What the latent variables carry.

With the aggregate posterior :math:`q(z) = \frac1N \sum_n q(z \mid x_n)`,

.. math:: \frac1N \sum_n \mathrm{KL}(q(z \mid x_n) \,\|\, p(z)) = I_q(x; z) + \mathrm{KL}(q(z) \,\|\, p(z)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Batch, Model, Site, noise
from lowerbound.distributions import DiagonalNormal, kl_per_dimension

__all__ = ["ACTIVE_VARIANCE", "Latents", "inspect_latents", "log_mixture", "mutual_information", "pooled_posterior"]

ACTIVE_VARIANCE = 1e-2
PAIRED = 2**23
"""Entries of draws x rows x dimensions at once."""


@dataclass(frozen=True)
class Latents:
    """The posteriors of many rows, for one latent variable.

    Attributes
    ----------
    name : str
        Its site.
    kl_per_dim : ndarray, (D,)
        Mean over rows, nats; exact for diagonal normals against a diagonal prior, else NaN and
        only ``kl`` is known.
    kl : float
        Mean KL, nats per row; NaN for a posterior without a density.
    means : ndarray, (n, D)
        Posterior means.
    mean_variance : ndarray, (D,)
        Variance over rows of the posterior mean: a unit is active above 0.01.
    active : ndarray of bool, (D,)
    mutual_information : float
        I_q(x; z) within these rows, nats; at most log n.
    aggregate_gap : float
        KL(q(z) || p(z)), nats: ``kl`` minus the mutual information.

    Examples
    --------
    >>> two = np.array([1.0, 0.0])
    >>> Latents("z", two, 1.0, np.zeros((4, 2)), two, two > 0, 0.8, 0.2).active_units
    1
    """

    name: str
    kl_per_dim: np.ndarray
    kl: float
    means: np.ndarray
    mean_variance: np.ndarray
    active: np.ndarray
    mutual_information: float
    aggregate_gap: float

    @property
    def active_units(self) -> int:
        """Number of active units (Burda et al. 2016, section 5.2)."""
        return int(self.active.sum())


def mutual_information(samples: Tensor, log_q: Tensor, density: DiagonalNormal) -> Tensor:
    """Return I_q(x; z) of ``n`` rows as an empirical distribution, nats: E[log q(z|x) - log q(z)].

    Parameters
    ----------
    samples
        One z of each row, ``(n, D)``.
    log_q
        log q(z_i | x_i), ``(n,)``.
    density
        The posteriors of all rows, batch ``(n,)``.

    References
    ----------
    Hoffman and Johnson, ELBO surgery, 2016.

    Examples
    --------
    >>> far = DiagonalNormal(torch.tensor([[0.0], [100.0]]), torch.zeros(2, 1))
    >>> z = far.mean
    >>> round(mutual_information(z, far.log_prob(z), far).item(), 4)
    0.6931
    """
    return (log_q - log_mixture(samples, density)).mean()


def log_mixture(samples: Tensor, density: DiagonalNormal) -> Tensor:
    """Return log q(z) of draws ``(m, D)``, q being the mixture of the posteriors of ``n`` rows: ``(m,)``."""
    n = len(density.params["loc"])
    size = max(1, PAIRED // (n * samples.shape[1]))
    return torch.cat([torch.logsumexp(density.log_prob(z[:, None]), 1) for z in samples.split(size)]) - math.log(n)


def inspect_latents(model: Model, batches: Iterator[Batch], *, seed: int = 0) -> list[Latents]:
    """Describe every latent variable of a model over the rows of ``batches``.

    Parameters
    ----------
    model
        In evaluation mode.
    batches
        Batches of rows, as the model takes them.
    seed
        Of the draws for the mutual information.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> inspect_latents(model, iter([{"x": torch.randn(5, 3)}]))[0].means.shape
    (5, 2)
    """
    sites: dict[str, list[Site]] = {}
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(seed, 2))
        for batch in batches:
            for name, site in model(batch).latents.items():
                sites.setdefault(name, []).append(site)
        return [_describe(name, of) for name, of in sites.items()]


def _describe(name: str, sites: list[Site]) -> Latents:
    means, kl = [], []
    for site in sites:
        assert site.q is not None
        mean = site.q.mean
        means.append(mean.reshape(-1, *site.value.shape[2:]).flatten(1).double().cpu())
        kl.append(site.kl.reshape(-1).double().cpu() if site.has_rate else torch.full((1,), math.nan).double())
    mu = torch.cat(means)
    total = float(torch.cat(kl).mean())
    variance = mu.var(0, correction=0)
    information = _information(sites)
    return Latents(
        name=name,
        kl_per_dim=_per_dimension(sites, mu.shape[1]),
        kl=total,
        means=mu.numpy(),
        mean_variance=variance.numpy(),
        active=(variance > ACTIVE_VARIANCE).numpy(),
        mutual_information=information,
        aggregate_gap=total - information,
    )


def _per_dimension(sites: list[Site], width: int) -> np.ndarray:
    parts = []
    for site in sites:
        if site.joined or not (isinstance(site.q, DiagonalNormal) and isinstance(site.p, DiagonalNormal)):
            return np.full(width, np.nan)
        entries = kl_per_dimension(site.q, site.p)
        parts.append(entries.reshape(-1, width).double().cpu())
    return torch.cat(parts).mean(0).numpy()


def _information(sites: list[Site]) -> float:
    posterior = pooled_posterior(sites)
    if posterior is None:
        return math.nan
    value = torch.cat([s.value[0].flatten(1) for s in sites])
    return float(mutual_information(value, torch.cat([s.log_q[0] for s in sites]), posterior))


def pooled_posterior(sites: list[Site]) -> DiagonalNormal | None:
    """Return the posteriors of all rows as one; only diagonal normals of one row each can be mixed cheaply."""
    found = [s.q for s in sites if isinstance(s.q, DiagonalNormal) and len(s.q.batch_shape) == 1]
    if len(found) < len(sites):
        return None
    loc, log_scale = (torch.cat([q.params[name].flatten(1) for q in found]) for name in ("loc", "log_scale"))
    return DiagonalNormal(loc, log_scale)
