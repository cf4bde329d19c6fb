"""Runs of the zoo, what they leave behind, and observers that disturb them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from zoo import ZOO, Case, Rows

from lowerbound.core import Batch, Log, Model, noise
from lowerbound.core.storage import sha256
from lowerbound.training import Outcome, Processes, Record, Step, Trainer, TrainOptions
from lowerbound.training.average import Average

TOTAL, BATCH = 20, 16


def options(**changes: Any) -> TrainOptions:
    """Return settings that choose nothing by the machine."""
    plain = {"learning_rate": 0.01, "compile": "no", "precision": "float32", "device": "cpu", "round_steps": 6}
    return TrainOptions(**{**plain, **changes})


def trainer(case: Case | str, folder: Path | None = None, *, total: int = TOTAL, **rest: Any) -> Trainer:
    """Return a trainer of a fresh model; what is not a setting goes to the trainer."""
    case = ZOO[case] if isinstance(case, str) else case
    extra = {name: rest.pop(name) for name in ("observers", "processes", "prepare") if name in rest}
    return Trainer(*case.build(), options(**rest), total=total, folder=folder, **{"prepare": case.prepare, **extra})


def fit(case: Case | str, folder: Path | None = None, *, resume: bool = False, **rest: Any) -> tuple[Trainer, Outcome]:
    """Train a fresh model on its toy data, validated on the same rows, and return trainer and outcome."""
    case = ZOO[case] if isinstance(case, str) else case
    batches = rest.pop("batches", None) or Rows(case.data(), BATCH)
    validate = rest.pop("validate", None) or elbo_of(case)
    made = trainer(case, folder, **rest)
    return made, made.fit(batches, validate, resume=resume)


def elbo_of(case: Case) -> Callable[[Model], dict[str, float]]:
    """Return a validation: the ELBO of all rows, with noise of its own."""

    def validate(model: Model) -> dict[str, float]:
        torch.manual_seed(99)
        batch = case.prepare(unlabelled(case.data()))
        with torch.no_grad(), noise.use(noise.Shared(seed=1)):
            trace = model(batch, samples=2)
        return {"elbo": -(trace.distortion() + trace.rate()).mean().item()}

    return validate


def unlabelled(batch: Batch) -> dict[str, Tensor]:
    """Return a batch without labels: what only some rows have is inferred for all."""
    return {name: value for name, value in batch.items() if name not in ("y", "y_observed")}


def tensors(made: Trainer) -> dict[str, Tensor]:
    """Return everything that a run has moved."""
    return made.state.tensors(made.model, made.objective, made.average, made.step)


def fingerprint(made: Trainer) -> str:
    """Hash everything that a run has moved."""
    return sha256(tensors(made))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a run."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def first_batch(case: Case, rows: int = BATCH) -> dict[str, Tensor]:
    """Return the first rows of the case's data."""
    return {name: value[:rows] for name, value in case.data().items()}


def step_of(
    case: Case, *, compiled: bool = False, replayed: bool = False, processes: Processes | None = None, **changes: Any
) -> Step:
    """Return the step of a fresh model, its players known."""
    model, objective = case.build()
    layers = torch.bfloat16 if changes.get("precision") == "bfloat16" else None
    step = Step(
        model, objective, options(**changes), case.prepare, Average(model, 0.9),
        total=TOTAL, n_data=48, layers=layers, compiled=compiled, replayed=replayed,
        processes=processes,
    )  # fmt: skip
    step.discover(first_batch(case))
    return step


def move(step: Step, batch: Batch, t: int, seed: int, lr: float = 0.01, decay: float = 0.9) -> tuple[Log, Tensor]:
    """Take one step."""
    with step.running():
        return step(batch, t, seed, lr, decay)


class Watcher:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.records: list[Record] = []
        self.began: tuple[int, int] | None = None
        self.facts: dict[str, str] = {}
        self.reason: str | None = None

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        self.began, self.facts = (step, total), facts

    def advance(self, step: int) -> None:
        self.steps.append(step)

    def record(self, record: Record) -> None:
        self.records.append(record)

    def finish(self, reason: str) -> None:
        self.reason = reason


class Signalled(Watcher):
    """Sends the process a signal when a step is done."""

    def __init__(self, at: int, number: int = signal.SIGTERM) -> None:
        super().__init__()
        self.at, self.number = at, number

    def advance(self, step: int) -> None:
        super().advance(step)
        if step == self.at:
            os.kill(os.getpid(), self.number)


class Crashed(Watcher):
    """Raises when a step is done."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def advance(self, step: int) -> None:
        super().advance(step)
        if step == self.at:
            raise RuntimeError("simulated crash")


class Disturbing(Watcher):
    """Draws from the global generators between steps."""

    def advance(self, step: int) -> None:
        super().advance(step)
        torch.randn(step)
