"""What gradient estimators ask of a trace."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Component, Site, Trace, describe, draw
from lowerbound.distributions import Bernoulli, DiagonalNormal, Elementwise, kl_per_dimension
from lowerbound.errors import ConfigError

__all__ = ["codes", "drawn", "independent", "log_weight_along_path", "named_latent", "only_bits", "rate_by_dimension"]


def log_weight_along_path(objective: Component, trace: Trace) -> tuple[Tensor, Tensor]:
    """Return log p(x, z) - log q(z | x) ``(S, B)``, whose gradient reaches q through z alone, and z.

    The slope of log q in z is taken as it is, so that any posterior will do: a flow as well as a normal.

    Raises
    ------
    ConfigError
        When there is not exactly one latent variable.
    """
    latents = list(trace.latents.values())
    if len(latents) != 1 or trace.scored or trace.weight.ndim != 2:
        raise ConfigError(
            f"{describe(objective)} needs one latent variable whose draws have a gradient; this model has "
            f"{', '.join(trace.latents) or 'none'}. Use ELBO or IWAE."
        )
    site, z = latents[0], latents[0].value
    log_q = site.log_q
    if site.q is not None and z.requires_grad and torch.is_grad_enabled():
        # Of a view: the density that a flow keeps of its own draw is no function of the draw.
        (slope,) = torch.autograd.grad(site.q.log_prob(z.view_as(z)).sum(), z, retain_graph=True)
        step = slope * (z - z.detach())
        log_q = log_q.detach() + step.flatten(log_q.ndim).sum(-1)
    return trace.log_likelihood() + site.log_p - log_q, z


def named_latent(objective: Component, trace: Trace, name: str | None = None) -> Site:
    """Return the latent variable of that name, or the only one.

    Raises
    ------
    ConfigError
        When there is none of that name, or not exactly one.
    """
    latents = trace.latents
    if name in latents:
        return latents[name]
    if name is None and len(latents) == 1:
        return next(iter(latents.values()))
    there = ", ".join(latents) or "none"
    raise ConfigError(
        f"{describe(objective)}: the model has no latent variable {name!r}; it has {there}."
        if name is not None
        else f"{describe(objective)} is about one latent variable; the model has {there}: say which, site=..."
    )


def drawn(objective: Component, trace: Trace, name: str | None = None) -> tuple[Site, Tensor]:
    """Return a latent variable and its draws, those of the aggregate posterior: ``(S * B, d)``.

    Raises
    ------
    ConfigError
        As :func:`named_latent`, and when no gradient reaches the encoder through its draws.
    """
    site = named_latent(objective, trace, name)
    if site.scored or trace.weight.ndim != 2:
        raise ConfigError(
            f"{describe(objective)} compares draws through which a gradient reaches the encoder; "
            "this posterior has none."
        )
    return site, site.value.flatten(0, 1).flatten(1)


def codes(objective: Component, trace: Trace, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return draws of the aggregate posterior and as many of the prior, each ``(S * B, d)``.

    Raises
    ------
    ConfigError
        As :func:`drawn`.
    """
    site, posterior = drawn(objective, trace, name)
    with torch.no_grad():
        other = draw(site.p, site.value.shape[: trace.weight.ndim])
    return posterior, other.flatten(0, 1).flatten(1)


def independent(objective: Component, trace: Trace, name: str | None = None) -> tuple[Site, Elementwise]:
    """Return a latent variable and its posterior of independent coordinates, one a row, batch ``(B,)``.

    Raises
    ------
    ConfigError
        As :func:`named_latent`, and when the posterior is another.
    """
    site = named_latent(objective, trace, name)
    q = site.q
    lead = site.value.ndim - len(q.event_shape) if q is not None else 0
    if not isinstance(q, Elementwise) or len(q.batch_shape) != 1 or lead != 2:
        raise ConfigError(
            f"{describe(objective)} needs a posterior of independent coordinates that reads the row alone; this one "
            f"is a {type(q).__name__}. Use posterior='diagonal-normal'."
        )
    return site, q


def only_bits(objective: Component, trace: Trace) -> tuple[Site, Tensor]:
    """Return the only latent drawn without a gradient, and its logits ``(B, *event)``.

    Raises
    ------
    ConfigError
        When that is not one variable of independent bits, whose posterior reads x alone.
    """
    sites = [trace[name] for name in trace.scored]
    if len(sites) != 1 or not isinstance(sites[0].q, Bernoulli) or len(sites[0].q.batch_shape) != 1:
        raise ConfigError(
            f"{describe(objective)} needs one latent variable of bits, drawn without a gradient; this model draws "
            f"{', '.join(trace.scored) or 'none'} so. Use posterior='bernoulli-latent', or another objective."
        )
    return sites[0], sites[0].q.params["logits"]


def rate_by_dimension(objective: Component, trace: Trace, name: str | None = None) -> Tensor:
    """Return the mean over the batch of each coordinate's KL(q || p), nats, ``(d,)``.

    Exact for normals; for others it is log q - log p of the draws.

    Raises
    ------
    ConfigError
        As :func:`named_latent`, and when coordinates of posterior or prior are not independent.
    """
    site = named_latent(objective, trace, name)
    q, p = site.q, site.p
    if not isinstance(q, Elementwise) or not isinstance(p, Elementwise):
        raise ConfigError(
            f"{describe(objective)} needs a posterior and a prior of independent coordinates; these are a "
            f"{type(q).__name__} and a {type(p).__name__}. Use per='total'."
        )
    if isinstance(q, DiagonalNormal) and isinstance(p, DiagonalNormal) and not site.joined:
        entries = kl_per_dimension(q, p)
    else:
        entries = q.log_density(site.value) - p.log_density(site.value)
    entries = entries.flatten(entries.ndim - len(q.event_shape))
    weighted = entries * trace.weight.unsqueeze(-1)
    return weighted.flatten(0, -2).sum(0) / trace.weight.shape[-1]
