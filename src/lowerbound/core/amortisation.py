"""Posteriors apart from runs: of latents that are given, and of a single row, in the encoder's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core.conditional import call
from lowerbound.core.model import Batch, Model
from lowerbound.core.trace import Site, Trace
from lowerbound.errors import ConfigError

__all__ = ["Amortised", "amortised", "log_posterior", "with_posterior"]


@dataclass(frozen=True)
class Amortised:
    """What the encoder says of the only latent of a model.

    Attributes
    ----------
    name : str
        The latent.
    family : nn.Module
        Maps raw parameters to its posterior.
    params : Tensor, (B, *params_shape)
        The encoder's raw parameters.
    """

    name: str
    family: nn.Module
    params: Tensor


def amortised(model: Model, batch: Batch) -> Amortised:
    """Return the latent that a batch leaves open, with the encoder's raw parameters of every row.

    Raises
    ------
    ConfigError
        Unless there is one, continuous, whose posterior is a family of a network's output.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {})
    >>> amortised(model, {"x": torch.zeros(5, 3)}).params.shape
    torch.Size([5, 2, 2])
    """
    levels = [level for level in getattr(model, "levels", ()) if level.name not in batch]
    posterior = getattr(levels[0], "posterior_", None) if len(levels) == 1 else None
    network, family = getattr(posterior, "network", None), getattr(posterior, "family", None)
    if network is None or family is None or getattr(levels[0], "combine", None) is not None:
        raise ConfigError(
            f"Posteriors are refined in models with one latent; this one has {len(levels)}"
            + (", whose posterior is not a family of a network's output." if len(levels) == 1 else ".")
        )
    contexts = [_activations(model, batch)[0], batch.get("c")]
    params = call(network, network.in_shapes, [value for value in contexts if value is not None])
    if levels[0].enumerate or not family(params).has_rsample:
        raise ConfigError(f"The latent {levels[0].name!r} is discrete: its posterior has no gradient to follow.")
    return Amortised(levels[0].name, family, params)


def _activations(model: Any, batch: Batch) -> list[Tensor]:
    """Return what each level's posterior reads of the observed rows."""
    x = next(batch[key] for key in getattr(model, "likelihoods", {"x": None}) if key in batch)
    encoder = getattr(model, "encoder", None)
    found = x if encoder is None else encoder(x)
    return found if isinstance(found, list) else [found] * len(model.levels)


def log_posterior(model: Model, batch: Batch, latents: Mapping[str, Tensor]) -> Tensor:
    """Return log q(z | x) of latents that are given rather than drawn, ``(*samples, B)``.

    Parameters
    ----------
    model
        With levels.
    batch
        The observed variables, ``B`` rows.
    latents
        A value ``(*samples, B, *event)`` of each latent that the batch leaves open.

    Raises
    ------
    ConfigError
        When the model has no levels.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {})
    >>> log_posterior(model, {"x": torch.zeros(5, 3)}, {"z": torch.zeros(7, 5, 2)}).shape
    torch.Size([7, 5])
    """
    levels = getattr(model, "levels", None)
    if levels is None:
        raise ConfigError(
            f"{type(model).__name__} has no levels, whose posteriors could be asked. Use importance sampling from the "
            "encoder."
        )
    h, c, total = None, batch.get("c"), torch.zeros(())
    for level, a in zip(levels, _activations(model, batch), strict=True):
        z = latents[level.name] if level.name in latents else batch[level.name]
        if level.name in latents:
            q = level.posterior(level.prior(h, c), h, a, c)
            total = total.to(z) + q.log_prob(z)
        h = level.merge(h, z)
    return total


def with_posterior(model: Model, batch: Batch, name: str, q: Distribution, samples: int) -> Trace:
    """Run a model with the posterior ``q`` of its only latent, batch ``(B,)``, in place of the encoder's.

    Examples
    --------
    >>> from lowerbound.distributions import DiagonalNormal
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {})
    >>> q = DiagonalNormal(torch.zeros(5, 2), torch.zeros(5, 2))
    >>> with_posterior(model, {"x": torch.zeros(5, 3)}, "z", q, samples=4).rate().shape
    torch.Size([5])
    """
    z = q.expand(torch.Size([samples, *q.batch_shape])).rsample()
    trace = model({**batch, name: z})
    sites = {**trace.sites, name: Site(z, trace[name].p, q, joined=trace[name].joined)}
    weight = torch.full(z.shape[:2], 1 / samples, dtype=z.dtype, device=z.device)
    return Trace(sites, weight, batch)
