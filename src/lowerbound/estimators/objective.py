"""What a fit minimises: its recipe's objective or the user's, and that no setting of it was given in vain."""

from __future__ import annotations

from typing import Any

import torch

from lowerbound.core import Model, Objective, Schedule, noise
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.recipes import Task
from lowerbound.runs import Settings
from lowerbound.spec import parse

__all__ = ["make_objective"]

IDLE: dict[str, Any] = {"beta": 1.0, "warmup": 0.0, "weight": None, "target": None, "classes": None}
"""Settings that few recipes read, and what says nothing of them."""

OF_MODEL = "classes"
"""The one of them that is of the model alone, whatever is minimised."""


def make_objective(settings: Settings, total: int, model: Model, schema: Schema) -> Objective:
    """Build what is minimised, with seeded critics.

    Raises
    ------
    ConfigError
        For an objective or a schedule that is none, and for a setting that changes nothing.
    """
    text = settings.model.objective
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(noise.mix_seed(settings.train.seed, -2))
        made = _by_recipe(settings, total, model, schema) if text is None else parse(text)
    if not isinstance(made, Objective):
        raise ConfigError(f"objective={text!r} is no objective: say what is minimised, such as ELBO(beta=2.0).")
    _refuse_idle(settings, total, model, schema, made)
    return made


def _by_recipe(settings: Settings, total: int, model: Model, schema: Schema, **changed: Any) -> Objective:
    options = settings.model.model_copy(update=changed)
    return settings.recipe_.objective(Task(options, total, model, _schedule(options.beta), schema))


def _refuse_idle(settings: Settings, total: int, model: Model, schema: Schema, made: Objective) -> None:
    """Refuse a setting that the user gave and nothing reads: silence would let it be believed."""
    usual, text = settings.recipe_.options(), settings.model.objective
    for name, idle in IDLE.items():
        value = getattr(settings.model, name)
        if value in (idle, getattr(usual, name)) or (name == "warmup" and not settings.model.beta):
            continue
        if text is not None and name != OF_MODEL:
            raise ConfigError(
                f"{name}={value!r} changes nothing beside objective={text!r}, which says all: leave it out."
            )
        changed = {name: value + 1 if idle is None else idle}
        with torch.random.fork_rng(devices=[]):
            same = name == OF_MODEL or repr(_by_recipe(settings, total, model, schema, **changed)) == repr(made)
            same = same and _model(settings, schema) == _model(settings, schema, **changed)
        if same:
            why = "" if name == OF_MODEL else f", which minimises {made!r}"
            instead = "" if name == OF_MODEL else ", or say another objective"
            raise ConfigError(
                f"{name}={value!r} changes nothing of the recipe {settings.recipe!r}{why}: leave it out{instead}."
            )


def _model(settings: Settings, schema: Schema, **changed: Any) -> str:
    """Spell out a model of these settings: some recipes build it of a target."""
    return repr(settings.recipe_.model(schema, settings.model.model_copy(update=changed), {}))


def _schedule(beta: float | str) -> Schedule | None:
    if not isinstance(beta, str):
        return None
    schedule = parse(beta)
    if not isinstance(schedule, Schedule):
        raise ConfigError(f"beta={beta!r} is no schedule: use Linear(start, end, steps), Cosine(...) or Cyclical(...).")
    return schedule
