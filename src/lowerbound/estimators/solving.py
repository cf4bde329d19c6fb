"""The loop around a recipe's solver: steps that compute the weights, until nothing is gained any more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from torch import Tensor

from lowerbound.core import Model
from lowerbound.errors import DivergenceError
from lowerbound.estimators.planning import Plan
from lowerbound.estimators.rows import Rows, fixed_batches
from lowerbound.training import History, Observer, Outcome, Processes
from lowerbound.training.interrupt import listening

__all__ = ["solve"]

TOLERANCE = 1e-8
"""Nats a row that a step must gain, relative to the log-likelihood where that is larger than one."""

BLOCK_ROWS = 8192


def solve(
    plan: Plan,
    x: Rows,
    validate: Callable[[Model], dict[str, float]] | None,
    path: Path | None = None,
    observers: Iterable[Observer] = (),
    processes: Processes | None = None,
) -> Outcome:
    """Let the recipe of a plan compute the weights of its model.

    Parameters
    ----------
    plan
        Of a recipe with a solver.
    x
        Training rows, in memory or on disk: read a block at a time.
    validate
        Numbers of the model on held-out rows, for the last record.
    path
        The run folder, for ``metrics.jsonl``.
    observers
        Told what happens.
    processes
        The first writes; the others compute the same.

    Raises
    ------
    DivergenceError
        When the log-likelihood is not finite.
    """
    processes = processes or Processes()
    watching = list(observers) if processes.main else []
    history = History(path / "metrics.jsonl" if path is not None and processes.main else None)
    facts = {"device": str(plan.device), "processes": str(processes.world)}
    reason = "failed"
    for observer in watching:
        observer.start(0, plan.total, facts)
    try:
        with listening() as interrupt:
            reason = _run(plan, x, validate, history, watching, lambda: interrupt.name)
    finally:
        for observer in watching:
            observer.finish(reason)
    state = {name: value.detach().clone() for name, value in plan.model.state_dict().items()}
    return Outcome(reason, len(history), state, history, facts)


def _run(
    plan: Plan,
    x: Rows,
    validate: Callable[[Model], dict[str, float]] | None,
    history: History,
    observers: list[Observer],
    interrupted: Callable[[], str | None],
) -> str:
    """Take steps, record each, and return why they ended."""
    recipe, train = plan.settings.recipe_, plan.settings.train
    assert recipe.solve is not None
    began, before = time.monotonic(), -math.inf
    plan.model.eval()
    for value in recipe.solve(plan.model, lambda: _blocks(plan, x), train.seed):
        step = len(history) + 1
        if not math.isfinite(value):
            raise DivergenceError(f"The log-likelihood after step {step} is {value}: rescale the columns.")
        late = train.max_time is not None and time.monotonic() - began > train.max_time
        reason = "converged" if value - before <= TOLERANCE * max(1.0, abs(value)) else ""
        reason = reason or ("finished" if step == plan.total else interrupted() or ("time limit" if late else ""))
        record = {"step": step, "train/elbo": value}
        if reason and validate is not None:
            record |= {f"val/{name}": number for name, number in validate(plan.model).items()}
        history.append(record)
        for observer in observers:
            observer.advance(step)
            observer.record(record)
        if reason:
            return reason
        before = value
    return "finished"


def _blocks(plan: Plan, x: Rows) -> Iterator[Tensor]:
    """Yield the training rows in order, as the model takes them."""
    for batch in fixed_batches(x, None, plan.schema, plan.device, size=BLOCK_ROWS):
        yield batch["x"]
