"""The two halves of a model: what generates and what infers, as players and as densities."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lowerbound.core import Batch, Component, Log, Model, Progress, Trace, describe, log_posterior
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError

__all__ = ["densities", "halves", "log_joint"]

GENERATIVE, INFERENCE = ("prior_", "network"), ("posterior_", "combine")


def halves(objective: Component, model: Model) -> tuple[list[str], list[str]]:
    """Return the players that generate, and those that infer: the parts of a model that have parameters.

    Raises
    ------
    ConfigError
        For a model without levels, or whose prior is made of its posterior.
    """
    if getattr(model, "levels", None) is None:
        raise ConfigError(
            f"{describe(objective)} trains the levels of a model half by half; {type(model).__name__} has none."
        )
    generative = dict(_parts(model, GENERATIVE, "likelihood"))
    inference = dict(_parts(model, INFERENCE, "encoder"))
    one, two = ({id(p) for part in half.values() for p in part.parameters()} for half in (generative, inference))
    if one & two:
        raise ConfigError(
            f"{describe(objective)} moves prior and posterior apart, but this prior is made of the posterior: use "
            "another prior, or IWAE."
        )
    return list(generative), list(inference)


def _parts(model: Model, roles: tuple[str, ...], shared: str) -> Iterator[tuple[str, nn.Module]]:
    """Yield the players of one half that have parameters."""
    levels = enumerate(getattr(model, "levels", ()))
    named = [(f"model.levels.{i}.{role}", getattr(level, role, None)) for i, level in levels for role in roles]
    named.append((f"model.{shared}", getattr(model, shared, None)))
    for name, part in named:
        if isinstance(part, nn.Module) and any(True for _ in part.parameters()):
            yield name, part


def log_joint(model: Model, batch: Batch, drawn: Trace, progress: Progress) -> Tensor:
    """Return log p(x, z) at the latents that were drawn, ``(*samples, B)``: no gradient reaches the posterior."""
    values = {name: site.value.detach() for name, site in drawn.latents.items()}
    run = model({**batch, **values}, progress=progress)
    return sum((site.log_p for site in run.sites.values()), torch.zeros_like(drawn.weight))


def densities(
    model: Model, batch: Batch, samples: int, progress: Progress, log: Log | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw without a gradient; return log p(x, z), log q(z | x) and the logs of the weights, ``(S, B)``.

    Each density has the gradient of its own half alone.
    """
    with torch.no_grad():
        drawn = model(batch, samples=samples, progress=progress)
    if log is not None:
        record(log, drawn, {})
    log_q = log_posterior(model, batch, {name: site.value for name, site in drawn.latents.items()})
    parts = (log_joint(model, batch, drawn, progress), log_q, drawn.weight.log())
    log_p, log_q, weight = (part.expand(drawn.weight.shape).flatten(0, -2) for part in parts)
    return log_p, log_q, weight
