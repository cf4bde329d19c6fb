"""What a fit will do, decided before it does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from lowerbound.core import Calibrated, FromRows, Model, Objective, calibrate, noise, take_rows
from lowerbound.data import Dataset, Schema
from lowerbound.errors import ConfigError
from lowerbound.estimators.choices import batch_size, learning_rate, total_steps
from lowerbound.estimators.mixed import mixed_likelihood
from lowerbound.estimators.objective import make_objective
from lowerbound.estimators.rows import Rows, some_rows, statistics
from lowerbound.estimators.starting import Start, start_from
from lowerbound.likelihoods import Product
from lowerbound.recipes import column_supports, data_support, said_levels
from lowerbound.recipes.options import MIXED
from lowerbound.runs import Settings
from lowerbound.spec import parse
from lowerbound.training import Processes
from lowerbound.training.needs import steps_needed
from lowerbound.training.precision import choose_device

__all__ = ["Plan", "make_plan"]

SOLVER_STEPS = 1000
"""Most steps of a recipe that is solved, unless epochs are given."""


@dataclass
class Plan:
    """What a fit will do, before it does it.

    Attributes
    ----------
    model, objective
        Built, with seeded weights, on the device.
    settings : Settings
        With every choice made that was left open.
    total : int
        Optimizer steps; for a recipe that is solved, the most steps of its solver.
    schema : Schema
    device : torch.device
    conditional : bool
        Whether the recipe takes labels or covariates.
    start : Start or None
        Whose weights the model begins with, instead of seeded ones.
    """

    model: Model
    objective: Objective
    settings: Settings
    total: int
    schema: Schema
    device: torch.device
    conditional: bool
    start: Start | None = None

    @property
    def solved(self) -> bool:
        """Whether the model is computed by its recipe's solver instead of trained."""
        return self.settings.recipe_.solve is not None

    def facts(self) -> dict[str, str]:
        """Return the plan in words, for people."""
        train = self.settings.train
        parameters = sum(p.numel() for p in self.model.parameters())
        start = {} if self.start is None else {"start": f"the weights of {self.start.run}"}
        return {
            "recipe": self.settings.recipe,
            "model": f"{parameters:,} parameters",
            "likelihood": _likelihood_name(self.model),
            "objective": repr(self.objective),
            "steps": f"{'at most ' if self.solved else ''}{self.total:,} of {train.batch_size} rows",
            "device": str(self.device),
            **start,
        }


def _likelihood_name(model: Model) -> str:
    likelihood: Any = getattr(model, "likelihood", None)
    family = getattr(likelihood, "family", likelihood)
    name = type(family).__name__
    if not isinstance(family, Product):
        return name
    return f"{name} of {', '.join(f'{type(part).__name__} x {len(columns)}' for part, columns in family.parts)}"


def make_plan(
    dataset: Dataset,
    settings: Settings,
    modules: Mapping[str, nn.Module] | None = None,
    processes: Processes | None = None,
) -> Plan:
    """Choose what was left open and build the model.

    Parameters
    ----------
    dataset
        Split into train and, maybe, valid and test.
    settings
        Of model and training.
    modules
        The user's own ``encoder`` and ``decoder``.
    processes
        The group that shares the batches.

    Raises
    ------
    ConfigError
        When the settings do not fit the data or each other, or the model does not fit the run it starts from.
    RunError
        When there is no such run.
    """
    processes = processes or Processes()
    device = choose_device(settings.train.device)
    if processes.several and device.type == "cuda":
        device = torch.device("cuda", processes.local_rank)
    recipe = settings.recipe_
    if settings.model.likelihood == MIXED:
        chosen = {"likelihood": mixed_likelihood(dataset)}
        settings = replace(settings, model=settings.model.model_copy(update=chosen))
    with torch.random.fork_rng(devices=[]):  # a likelihood that is asked what it describes is built, and draws weights
        dataset = _as_described(dataset, settings)
    x, _ = dataset.rows("train")
    model = _build(dataset.schema, settings, modules or {}).to(device)
    _learn_from_rows(model, x, dataset.schema, settings.train.seed, device)
    start = _started(settings, model)
    size = len(x) if recipe.solve else batch_size(settings.train, len(x))
    chosen = settings.with_train(batch_size=size, learning_rate=learning_rate(settings.train, model))
    total = total_steps(settings.train, len(x), max(1, len(x) // size))
    if recipe.solve is not None:
        total = settings.train.epochs or SOLVER_STEPS
    objective = make_objective(settings, total, model, dataset.schema).to(device)
    _learn_from_rows(objective, x, dataset.schema, settings.train.seed, device)
    steps_needed(objective, total)
    return Plan(model, objective, chosen, total, dataset.schema, device, recipe.conditional, start)


def _started(settings: Settings, model: Model) -> Start | None:
    path = settings.train.start_from
    if path is None:
        return None
    if settings.recipe_.solve is not None:
        raise ConfigError(f"start_from={path!r}: {settings.recipe} is solved, wherever it starts. Leave it out.")
    return start_from(path, model)


def _as_described(dataset: Dataset, settings: Settings) -> Dataset:
    """Hold the data against the support of the recipe or the likelihood: from now on it is that of the model."""
    support = settings.recipe_.support or data_support(dataset.schema, settings.model)
    columns = None if settings.recipe_.support else column_supports(dataset.schema, settings.model)
    if columns is not None:
        return dataset.narrowed_columns(columns)
    if support == dataset.schema.support:
        return dataset
    if support == "real":
        # A density of what is stored: grey levels, say.
        return replace(dataset, schema=replace(dataset.schema, support=support, levels=None, binarize=None))
    return dataset.narrowed(support, said_levels(dataset.schema, settings.model) if support == "levels" else None)


def _build(schema: Schema, settings: Settings, modules: Mapping[str, nn.Module]) -> Model:
    """Build the model with seeded weights."""
    given = dict(modules)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(noise.mix_seed(settings.train.seed, -1))
        for role in ("encoder", "decoder"):
            text = getattr(settings.model, role)
            if text is not None and role not in given:
                given[role] = parse(text)
        return settings.recipe_.model(schema, settings.model, given)


def _learn_from_rows(model: Model | Objective, x: Rows, schema: Schema, seed: int, device: torch.device) -> None:
    """Tell the components of a model or an objective what they want to know of the training rows."""
    if any(isinstance(m, Calibrated) for m in model.modules()):
        mean, std = statistics(x, schema)
        calibrate(model, mean.to(device, torch.float32), std.to(device, torch.float32))
    wanted = [m.rows_wanted for m in model.modules() if isinstance(m, FromRows)]
    if wanted:
        take_rows(model, some_rows(x, schema, max(wanted), seed).to(device))
