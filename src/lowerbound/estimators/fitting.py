"""From data and settings to a fitted model, with or without a run folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from lowerbound.core import Batch, why_unbounded
from lowerbound.data import Dataset, Schema, make_batches, prepare
from lowerbound.estimators.bookkeeping import add_timing, fingerprint
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.planning import Plan, make_plan
from lowerbound.estimators.refitting import check_refit, refit_prior
from lowerbound.estimators.solving import solve
from lowerbound.estimators.validation import validation
from lowerbound.runs import RunFolder, Settings, versions
from lowerbound.training import Observer, Outcome, Processes, Trainer

__all__ = ["Fit", "fit"]


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


def fit(
    dataset: Dataset,
    settings: Settings,
    *,
    modules: Mapping[str, nn.Module] | None = None,
    folder: RunFolder | None = None,
    observers: Iterable[Observer] = (),
    resume: bool = False,
    described: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    processes: Processes | None = None,
    plan: Plan | None = None,
) -> Fit:
    """Fit a model to the ``train`` rows: by gradients, with ``valid`` rows to choose its weights, or by a solver.

    Parameters
    ----------
    dataset, settings, modules, processes
        See :func:`make_plan`.
    folder
        Where checkpoints, history and the model are written as they come.
    observers
        Told what happens.
    resume
        Go on from the checkpoint in the folder, or start where there is none yet. A solver keeps none.
    described
        How the data can be opened again, kept in ``config.json``.
    after
        What is to follow the training, kept there too, for whoever resumes it.
    plan
        Made by :func:`make_plan` already, to be shown first.
    """
    processes = processes or Processes(start=True)
    began, cpu = time.monotonic(), time.process_time()
    path = folder.path if folder else None
    new, resume = not resume, resume and path is not None and (path / "checkpoint" / "state.json").is_file()
    if resume:  # the checkpoint has the weights: the run that they came from may be gone
        settings = settings.with_train(start_from=None)
    plan = plan or make_plan(dataset, settings, modules, processes)
    prior = plan.settings.model.prior_after
    if prior is not None:
        check_refit(_fitted(plan), prior, len(dataset.rows("train")[0]))
    go = (_solving if plan.solved else _training)(plan, dataset, path, observers, processes, resume)
    if folder is not None and processes.main and new:
        folder.write_config({**describe(plan, dataset, described or {}), **({"after": dict(after)} if after else {})})
    outcome = go()
    plan.model.load_state_dict(outcome.best)
    if prior is not None:
        plan, outcome = _with_prior(plan, outcome, dataset, prior)
    if folder is not None and processes.main:
        finish(folder, plan, outcome, time.monotonic() - began, time.process_time() - cpu)
    return Fit(_fitted(plan), outcome, plan)


def _fitted(plan: Plan) -> Fitted:
    unbounded = why_unbounded(plan.model, plan.objective)
    seed = plan.settings.train.seed
    return Fitted(plan.model, plan.schema, seed, conditional=plan.conditional, unbounded=unbounded)


def _with_prior(plan: Plan, outcome: Outcome, dataset: Dataset, prior: str) -> tuple[Plan, Outcome]:
    """Fit a prior to the codes of the training rows, and let it be the model's."""
    c = dataset.condition("train") if plan.conditional else None
    refit = refit_prior(_fitted(plan), dataset.rows("train")[0], c, prior)
    facts = {**outcome.facts, "prior_after": f"{prior}, {refit.gain:+.3f} nats"}
    model = refit.fitted.model
    return replace(plan, model=model), replace(outcome, best=dict(model.state_dict()), facts=facts)


def _solving(
    plan: Plan, dataset: Dataset, path: Path | None, observers: Iterable[Observer], processes: Processes, resume: bool
) -> Callable[[], Outcome]:
    """Make all ready for the solver, which always begins at the beginning."""
    validate = validation(plan, _fitted(plan), dataset)
    return partial(solve, plan, dataset.rows("train")[0], validate, path, observers, processes)


def _training(
    plan: Plan, dataset: Dataset, path: Path | None, observers: Iterable[Observer], processes: Processes, resume: bool
) -> Callable[[], Outcome]:
    """Make all ready for training by gradients: what is impossible is said before anything is written."""
    train = plan.settings.train
    assert train.batch_size is not None
    batches = make_batches(
        dataset.rows("train")[0], dataset.condition("train") if plan.conditional else None,
        batch_size=train.batch_size, seed=train.seed, device=plan.device, shard=(processes.rank, processes.world),
    )  # fmt: skip
    trainer = Trainer(
        plan.model, plan.objective, train, total=plan.total, prepare=_Prepare(plan.schema),
        folder=path, observers=observers, processes=processes,
    )  # fmt: skip
    which = (dataset.splits or {}).get("train")
    which = which if isinstance(which, Tensor) else None
    return partial(trainer.fit, batches, validation(plan, _fitted(plan), dataset), resume=resume, which=which)


class _Prepare:
    """Stored batch to model input."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __call__(self, batch: Batch) -> Batch:
        return {name: prepare(value, self.schema) if name == "x" else value for name, value in batch.items()}


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
        **({} if plan.start is None else {"start": asdict(plan.start)}),
        "conditional": plan.conditional,
        "unbounded": why_unbounded(plan.model, plan.objective),
        "seeds": {"seed": plan.settings.train.seed},
        "versions": versions(),
    }  # fmt: skip


def finish(folder: RunFolder, plan: Plan, outcome: Outcome, wall: float, cpu: float) -> None:
    """Write the weights, and what the run took, into its folder."""
    checksum = folder.write_weights(outcome.best)
    config = folder.read_config()
    config["spec"]["model"] = repr(plan.model)
    config["weights"] = {"file": "model.safetensors", "sha256": checksum}
    config["outcome"] = {"reason": outcome.reason, "step": outcome.step, "complete": outcome.complete}
    config["facts"] = outcome.facts
    folder.write_config(config)
    add_timing(folder, wall, cpu)
