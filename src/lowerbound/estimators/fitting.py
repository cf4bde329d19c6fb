"""From data and settings to a fitted model, with or without a run folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound.core import Batch, Calibrated, Model, Objective, Schedule, calibrate, noise
from lowerbound.data import Dataset, Schema, make_batches, prepare
from lowerbound.errors import ConfigError
from lowerbound.estimators.bookkeeping import add_timing, fingerprint
from lowerbound.estimators.choices import batch_size, learning_rate, total_steps
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows, statistics
from lowerbound.runs import RunFolder, Settings, parse, versions
from lowerbound.training import Observer, Outcome, Processes, Trainer
from lowerbound.training.precision import choose_device

__all__ = ["Fit", "Plan", "fit", "make_plan"]

VALID_ROWS = 10_000
"""Most held-out rows that each validation scores."""


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
        Optimizer steps.
    schema : Schema
    """

    model: Model
    objective: Objective
    settings: Settings
    total: int
    schema: Schema
    device: torch.device
    conditional: bool

    def facts(self) -> dict[str, str]:
        """Return the plan in words, for people."""
        train = self.settings.train
        parameters = sum(p.numel() for p in self.model.parameters())
        return {
            "recipe": self.settings.recipe,
            "model": f"{parameters:,} parameters",
            "likelihood": _likelihood_name(self.model),
            "objective": repr(self.objective),
            "steps": f"{self.total:,} of {train.batch_size} rows",
            "device": str(self.device),
        }


def _likelihood_name(model: Model) -> str:
    likelihood: Any = getattr(model, "likelihood", None)
    return type(getattr(likelihood, "family", likelihood)).__name__


@dataclass
class Fit:
    """What a fit gave.

    Attributes
    ----------
    fitted : Fitted
    outcome : Outcome
    plan : Plan
    """

    fitted: Fitted
    outcome: Outcome
    plan: Plan


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
        When the settings do not fit the data or each other.
    """
    processes = processes or Processes()
    x, _ = dataset.rows("train")
    device = choose_device(settings.train.device)
    if processes.several and device.type == "cuda":
        device = torch.device("cuda", processes.local_rank)
    recipe = settings.recipe_
    given = dict(modules or {})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(noise.mix_seed(settings.train.seed, -1))
        for role in ("encoder", "decoder"):
            text = getattr(settings.model, role)
            if text is not None and role not in given:
                given[role] = parse(text)
        model = recipe.model(dataset.schema, settings.model, given).to(device)
    size = batch_size(settings.train, len(x))
    chosen = settings.with_train(batch_size=size, learning_rate=learning_rate(settings.train, model))
    total = total_steps(settings.train, len(x), max(1, len(x) // size))
    objective = recipe.objective(settings.model, total, _schedule(settings.model.beta)).to(device)
    if any(isinstance(m, Calibrated) for m in model.modules()):
        mean, std = statistics(x, dataset.schema)
        calibrate(model, mean.to(device, torch.float32), std.to(device, torch.float32))
    return Plan(model, objective, chosen, total, dataset.schema, device, recipe.conditional)


def _schedule(beta: float | str) -> Schedule | None:
    if not isinstance(beta, str):
        return None
    schedule = parse(beta)
    if not isinstance(schedule, Schedule):
        raise ConfigError(f"beta={beta!r} is no schedule: use Linear(start, end, steps), Cosine(...) or Cyclical(...).")
    return schedule


def fit(
    dataset: Dataset,
    settings: Settings,
    *,
    modules: Mapping[str, nn.Module] | None = None,
    folder: RunFolder | None = None,
    observers: Iterable[Observer] = (),
    resume: bool = False,
    described: Mapping[str, Any] | None = None,
    processes: Processes | None = None,
    plan: Plan | None = None,
) -> Fit:
    """Train a model on the ``train`` rows; the ``valid`` rows choose its weights.

    Parameters
    ----------
    dataset, settings, modules, processes
        See :func:`make_plan`.
    folder
        Where checkpoints, history and the model are written as they come.
    observers
        Told what happens.
    resume
        Go on from the checkpoint in the folder, or start where there is none yet.
    described
        How the data can be opened again, kept in ``config.json``.
    plan
        Made by :func:`make_plan` already, to be shown first.
    """
    processes = processes or Processes(start=True)
    began, cpu = time.monotonic(), time.process_time()
    plan = plan or make_plan(dataset, settings, modules, processes)
    x, _ = dataset.rows("train")
    c = dataset.condition("train") if plan.conditional else None
    train = plan.settings.train
    assert train.batch_size is not None
    batches = make_batches(
        x, c, batch_size=train.batch_size, seed=train.seed, device=plan.device, shard=(processes.rank, processes.world)
    )
    trainer = Trainer(
        plan.model, plan.objective, train, total=plan.total, prepare=_Prepare(plan.schema),
        folder=folder.path if folder else None, observers=observers, processes=processes,
    )  # fmt: skip
    if folder is not None and processes.main and not resume:
        folder.write_config(describe(plan, dataset, described or {}))
    resume = resume and folder is not None and (folder.path / "checkpoint" / "state.json").is_file()
    which = (dataset.splits or {}).get("train")
    which = which if isinstance(which, Tensor) else None
    outcome = trainer.fit(batches, _validation(plan, dataset), resume=resume, which=which)
    plan.model.load_state_dict(outcome.best)
    if folder is not None and processes.main:
        finish(folder, plan, outcome, time.monotonic() - began, time.process_time() - cpu)
    return Fit(Fitted(plan.model, plan.schema, train.seed, conditional=plan.conditional), outcome, plan)


class _Prepare:
    """Stored batch to model input."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __call__(self, batch: Batch) -> Batch:
        return {name: prepare(value, self.schema) if name == "x" else value for name, value in batch.items()}


def _validation(plan: Plan, dataset: Dataset) -> Callable[[Model], dict[str, float]] | None:
    if "valid" not in (dataset.splits or {}) or not len(dataset.rows("valid")[0]):
        return None
    x, _ = dataset.rows("valid")
    c = dataset.condition("valid") if plan.conditional else None
    x, c = _first(x, VALID_ROWS), None if c is None else _first(c, VALID_ROWS)
    fitted = Fitted(plan.model, plan.schema, plan.settings.train.seed, conditional=plan.conditional)

    def validate(model: Model) -> dict[str, float]:
        numbers = fitted.bound(x, c).summary()
        return {name: numbers[name] for name in ("elbo", "rate", "distortion")}

    return validate


def _first(rows: Rows, n: int) -> Tensor:
    return rows[:n] if isinstance(rows, Tensor) else rows.read(0, min(n, len(rows)))


def describe(plan: Plan, dataset: Dataset, opened: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``config.json`` says of a run."""
    splits = {name: len(dataset.rows(name)[0]) for name in (dataset.splits or {})}
    return {
        "settings": plan.settings.flat(),
        "total_steps": plan.total,
        "spec": {"model": repr(plan.model), "objective": repr(plan.objective)},
        "schema": plan.schema.to_json(),
        "data": {
            "name": dataset.name, "source": dataset.source, "licence": dataset.licence, "splits": splits,
            "fingerprint": fingerprint(dataset), "open": dict(opened),
        },
        "conditional": plan.conditional,
        "seeds": {"seed": plan.settings.train.seed},
        "versions": versions(),
    }  # fmt: skip


def finish(folder: RunFolder, plan: Plan, outcome: Outcome, wall: float, cpu: float) -> None:
    """Write the weights, and what the run took, into its folder."""
    checksum = folder.write_weights(outcome.best)
    config = folder.read_config()
    config["weights"] = {"file": "model.safetensors", "sha256": checksum}
    config["outcome"] = {"reason": outcome.reason, "step": outcome.step, "complete": outcome.complete}
    config["facts"] = outcome.facts
    folder.write_config(config)
    add_timing(folder, wall, cpu)
