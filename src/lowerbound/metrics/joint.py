r"""log p(x, z) as a function of all latents of a row at once, without constraints.

Every latent is written as :math:`z = T(u)` with :math:`u` real, so that

.. math:: \log p(x, u) = \log p(x \mid z) + \log p(z) + \log |\det T'(u)|

is a density over the whole of :math:`\mathbb R^D`, for gradients and for grids.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import biject_to, constraints

from lowerbound.core import Batch, Model, log_posterior, noise
from lowerbound.errors import ConfigError

__all__ = ["Joint", "draw_prior"]

DRAWS = 64
"""Posterior draws that say where a row's latents are, and how far they spread."""

_REACHED: dict[str, Any] = {
    "real": constraints.real,
    "positive": constraints.positive,
    "interval": constraints.unit_interval,
    "simplex": constraints.simplex,
}


class Joint:
    """The joint density of a batch, with all latents of a row as one real vector u of D entries.

    Latents that the batch holds stay as they are given.

    Parameters
    ----------
    model
        In evaluation mode, with continuous latents on any number of levels.
    batch
        ``B`` rows.
    seed
        Of the draws from prior and posterior, which all rows share.

    Attributes
    ----------
    rows, size : int
        B and D.
    location, spread : Tensor, (B, D)
        Mean and standard deviation of draws from q(u | x).

    Raises
    ------
    ConfigError
        For a latent that is discrete, or bound to a surface.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> joint = Joint(model, {"x": torch.zeros(5, 3)})
    >>> log_prior, log_likelihood = joint(torch.zeros(7, 5, 2))
    >>> log_prior.shape, joint.size
    (torch.Size([7, 5]), 2)
    """

    def __init__(self, model: Model, batch: Batch, *, seed: int = 0) -> None:
        self.model, self.batch, self.seed = model, dict(batch), seed
        _refuse_discrete(model, batch)
        with torch.no_grad(), noise.use(noise.Shared(noise.mix_seed(seed, 1))), torch.random.fork_rng():
            trace = model(batch, samples=DRAWS)
        self.maps = {name: biject_to(_REACHED[_support(model, name)]) for name in trace.latents}
        first = {name: self.maps[name].inv(trace[name].value) for name in trace.latents}
        self.shapes = {name: u.shape[2:] for name, u in first.items()}
        u = torch.cat([value.flatten(2) for value in first.values()], -1)
        self.rows, self.size = u.shape[1:]
        self.location, self.spread = u.mean(0), u.std(0)

    def __call__(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return log p(u) and log p(x | u), ``(S, B)`` each, of ``(S, B, D)``; one row of u may serve them all."""
        values, jacobian = self.latents(u)
        trace = self.model({**self.batch, **values})
        lead = (len(u), self.rows)
        prior, likelihood = jacobian, torch.zeros_like(jacobian)
        for name, site in trace.observed.items():
            if name in values:
                prior = prior + site.log_p
            else:
                likelihood = likelihood + site.log_p
        return prior.expand(lead), likelihood.expand(lead)

    def latents(self, u: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Return the latents by name, and ``log |det T'(u)|``, ``(S, B)``."""
        values: dict[str, Tensor] = {}
        jacobian = u.new_zeros(u.shape[:2])
        parts = u.split([shape.numel() for shape in self.shapes.values()], -1)
        for (name, shape), part in zip(self.shapes.items(), parts, strict=True):
            free = part.unflatten(-1, shape)
            values[name] = self.maps[name](free)
            entries = self.maps[name].log_abs_det_jacobian(free, values[name])
            jacobian = jacobian + entries.reshape(*u.shape[:2], -1).sum(-1)
        return values, jacobian

    def log_q(self, u: Tensor) -> Tensor:
        """Return log q(u | x), ``(S, B)``."""
        values, jacobian = self.latents(u)
        return log_posterior(self.model, self.batch, values) + jacobian

    def draw_posterior(self, samples: int, start: int = 0) -> Tensor:
        """Draw ``(S, B, D)`` from q(u | x), with noise that rows share: those of index ``start`` and after."""
        with torch.no_grad(), torch.random.fork_rng(), noise.use(noise.Shared(noise.mix_seed(self.seed, 2), start)):
            trace = self.model(self.batch, samples=samples)
        return self.free({name: trace[name].value for name in self.shapes})

    def draw_prior(self, samples: int) -> Tensor:
        """Draw ``(S, B, D)`` from p(u), with noise that rows share."""
        drawn = draw_prior(self.model, self.batch, samples, noise.mix_seed(self.seed, 3))
        return self.free({name: drawn[name] for name in self.shapes})

    def free(self, values: dict[str, Tensor]) -> Tensor:
        """Return the latents ``(S, B, *event)`` as u, ``(S, B, D)``."""
        return torch.cat([self.maps[name].inv(values[name]).flatten(2) for name in self.shapes], -1)


def draw_prior(model: Model, batch: Batch, samples: int, seed: int) -> dict[str, Tensor]:
    """Draw the variables that a batch leaves open from p(z): ``(S, B, *event)`` each, with noise that rows share.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> draw_prior(model, {"x": torch.zeros(5, 3)}, 7, seed=0)["z"].shape
    torch.Size([7, 5, 2])
    """
    rows = len(next(iter(batch.values())))
    given = {name: value.expand(samples, *value.shape).flatten(0, 1) for name, value in batch.items()}
    with torch.no_grad(), torch.random.fork_rng(), noise.use(_Tiled(seed, rows)):
        torch.manual_seed(seed)
        trace = model.sample(samples * rows, **given)
    return {name: site.value.unflatten(0, (samples, rows)) for name, site in trace.sites.items() if not site.observed}


def _support(model: Model, name: str) -> str:
    level = next((level for level in getattr(model, "levels", ()) if level.name == name), None)
    for role in ("posterior_", "prior_"):
        support = getattr(getattr(level, role, None), "support", None)
        if support is not None:
            return support
    return "real"


def _refuse_discrete(model: Model, batch: Batch) -> None:
    for level in getattr(model, "levels", ()):
        if level.name in batch:
            continue
        support = _support(model, level.name)
        if level.enumerate or support not in _REACHED:
            raise ConfigError(
                f"The latent {level.name!r} lives on {support!r} values, with no gradient to follow: this estimate "
                f"needs latents on {', '.join(_REACHED)}. Use importance sampling from the encoder, or give the "
                "latent in the batch."
            )


class _Tiled:
    """Shared noise for samples that stand on the axis of rows."""

    def __init__(self, seed: int, rows: int) -> None:
        self.shared, self.rows = noise.Shared(seed), rows

    def _take(self, kind: str, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        split = (*shape[: -1 - event_dim], shape[-1 - event_dim] // self.rows, self.rows)
        drawn = getattr(self.shared, kind)((*split, *shape[len(shape) - event_dim :]), event_dim, like)
        return drawn.reshape(shape)

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self._take("normal", shape, event_dim, like)

    def uniform(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        return self._take("uniform", shape, event_dim, like)
