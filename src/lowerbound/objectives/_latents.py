"""What gradient estimators ask of a trace."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Component, Site, Trace, describe, draw
from lowerbound.distributions import Bernoulli
from lowerbound.errors import ConfigError

__all__ = ["codes", "log_weight_along_path", "named_latent", "only_bits"]


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


def codes(objective: Component, trace: Trace, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return draws of the aggregate posterior and as many of the prior, each ``(S * B, d)``.

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
    with torch.no_grad():
        other = draw(site.p, site.value.shape[: trace.weight.ndim])
    return site.value.flatten(0, 1).flatten(1), other.flatten(0, 1).flatten(1)


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
