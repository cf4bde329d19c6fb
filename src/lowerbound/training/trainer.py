"""The one training loop.

A run is a function of its settings and seed: the order of the rows depends on (seed, epoch),
the noise of a step on (seed, step), and checkpoints disturb neither. It advances in rounds of
a fixed number of steps; after each round the model is validated, the numbers are recorded, and
it is decided whether to go on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Batches, Model, Objective, noise
from lowerbound.errors import ConfigError, RunError
from lowerbound.training.average import Average, average_decay
from lowerbound.training.checkpoint import Checkpoints
from lowerbound.training.distributed import Processes
from lowerbound.training.divergence import explain
from lowerbound.training.history import History, Observer
from lowerbound.training.interrupt import listening
from lowerbound.training.judging import judged
from lowerbound.training.needs import steps_needed
from lowerbound.training.options import TrainOptions
from lowerbound.training.outcome import Outcome
from lowerbound.training.precision import choose_compile, choose_precision, choose_replay, threads_for
from lowerbound.training.rate import learning_rate
from lowerbound.training.state import RunState
from lowerbound.training.step import Step, seed_noise

__all__ = ["Trainer"]

Validate = Callable[[Model], dict[str, float]]


class Trainer:
    """Train a model.

    Parameters
    ----------
    model, objective
        What to train, and how; both on their device.
    options
        With ``batch_size`` already in the batches; ``learning_rate`` given.
    total
        Optimizer steps of the run.
    prepare
        Stored batch to model input.
    folder
        The run folder, for checkpoints and ``metrics.jsonl``; None keeps all in memory.
    observers
        Told what happens.
    processes
        The group that shares the batches.

    Raises
    ------
    ConfigError
        When a schedule needs more steps than the run has, and for patience with an objective that nothing judges.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        options: TrainOptions,
        *,
        total: int,
        prepare: Callable[[Batch], Batch] = lambda batch: batch,
        folder: Path | None = None,
        observers: Iterable[Observer] = (),
        processes: Processes | None = None,
    ) -> None:
        self.model, self.objective, self.options, self.total = model, objective, options, total
        self.prepare, self.folder = prepare, folder
        self.processes = processes or Processes()
        self.observers = list(observers) if self.processes.main else []
        self.checkpoints = Checkpoints(folder / "checkpoint") if folder else None
        self.device = next(model.parameters()).device
        self.needs = steps_needed(objective, total)
        if options.patience is not None and objective.judged_by == "nothing":
            raise ConfigError(
                f"patience={options.patience} has nothing to wait for: no number of held-out rows judges "
                f"{objective!r}, and the last weights are kept. Leave patience out and say how many epochs."
            )
        self.round_steps = options.round_steps or max(1, min(1000, total // 50))
        self.layers = choose_precision(options, self.device)
        self.compiled = choose_compile(options, self.device, model, total, objective.samples)
        self.replayed = choose_replay(options, self.device)
        self.facts = {
            "device": str(self.device),
            "layers": str(self.layers or torch.get_default_dtype()).removeprefix("torch."),
            "compiled": "yes" if self.compiled else "as a CUDA graph" if self.replayed else "no",
            "processes": str(self.processes.world),
        }

    def fit(
        self, batches: Batches, validate: Validate | None = None, *, resume: bool = False, which: Tensor | None = None
    ) -> Outcome:
        """Run to the end, or to where it is stopped.

        Parameters
        ----------
        batches
            The training data.
        validate
            Numbers of the model on held-out rows, recorded as ``val/...``. The first of ``loss``, ``log_likelihood``,
            ``elbo``, ``distortion`` and ``mean_squared_error`` that is among them chooses the best weights: the highest
            bound, the lowest of the others. Weights from before the objective's schedules end are never the best, and
            where the objective is judged by nothing the last ones are.
        resume
            Go on from the checkpoint in the folder.
        which
            The user's number of each training row, for messages.

        Raises
        ------
        ConfigError
            When the processes cannot share a batch evenly.
        RunError
            When there is nothing to resume, or the folder holds a run that is not to be resumed.
        DivergenceError
            When a loss is not finite; the state before it is saved.
        """
        if batches.batch_size % self.processes.world:
            raise ConfigError(
                f"A batch of {batches.batch_size} rows cannot be shared evenly by {self.processes.world} processes."
            )
        self._check_folder(resume)
        self.batches, self.validate, self.which, self.state = batches, validate, which, RunState()
        self.average = Average(self.model, self.options.ema)
        self.step = Step(
            self.model, self.objective, self.options, self.prepare, self.average, total=self.total,
            n_data=batches.n_rows, layers=self.layers, compiled=self.compiled,
            replayed=self.replayed, processes=self.processes,
        )  # fmt: skip
        self.step.discover(next(batches.epoch(0)))
        if resume and self.checkpoints is not None:
            parts = (self.total, self.model, self.objective, self.average, self.step)
            self.state = RunState.restored(self.checkpoints.load(), *parts)
        path = self.folder / "metrics.jsonl" if self.folder and self.processes.main else None
        self.history = History(path, keep=self.state.records)
        self._bad = torch.zeros((), dtype=torch.bool, device=self.device)
        reason = "failed"
        draws = batches.batch_size // self.processes.world * self.objective.samples
        few_threads = threads_for(self.model, draws, self.device)
        for observer in self.observers:
            observer.start(self.state.step, self.total, self.facts)
        try:
            with listening() as interrupt, torch.random.fork_rng(), self.step.running(), few_threads:
                reason = self._run(lambda: interrupt.name)
        finally:
            if self.replayed and self.step.replay is None:
                self.facts["compiled"] = f"no ({self.step.why_not})"
            for observer in self.observers:
                observer.finish(reason)
        best = self.state.best or self.average.state()
        return Outcome(reason, self.state.step, best, self.history, self.facts)

    def _check_folder(self, resume: bool) -> None:
        if resume and (self.checkpoints is None or not self.checkpoints.exists):
            raise RunError(f"There is nothing to resume in {self.folder}: no checkpoint was written.")
        if not resume and self.checkpoints is not None and self.checkpoints.exists:
            raise RunError(f"{self.folder} holds a run already: resume it, or choose another folder.")

    def _run(self, interrupted: Callable[[], str | None]) -> str:
        state = self.state
        began = saved = time.monotonic()
        self.model.train()
        if state.ended:
            return state.ended
        for batch in self._remaining():
            self._one(batch)
            if state.step % self.round_steps == 0 or state.step == self.total:
                self._close_round()
            if state.step == self.total:
                state.ended = state.ended or "finished"
            reason = state.ended or self._stop_reason(interrupted(), began)
            if reason or time.monotonic() - saved >= self.options.checkpoint_seconds:
                self._save()
                saved = time.monotonic()
            if reason:
                return reason
        return "finished"

    def _remaining(self) -> Iterator[dict[str, Tensor]]:
        """Yield the batches from where the run stands to its end."""
        batches = self.batches
        while self.state.step < self.total:
            epoch, start = divmod(self.state.step, batches.steps)
            for batch in batches.epoch(epoch, start=start):
                yield batch
                if self.state.step >= self.total:
                    return

    def _one(self, batch: Batch) -> None:
        state, options = self.state, self.options
        lr = learning_rate(
            state.step, self.total, options.learning_rate or 1e-3, options.learning_rate_schedule,
            options.learning_rate_warmup,
        )  # fmt: skip
        log, finite = self._step(batch, lr)
        self._bad = self._bad | ~finite
        if self._must_look(state.step) and bool(self._bad):
            self._save()
            raise self._explained(batch, log, lr)
        log["lr"] = torch.tensor(lr)
        for name, value in log.items():
            state.sums[name] = state.sums[name] + value if name in state.sums else value.clone()
        state.step += 1
        for observer in self.observers:
            observer.advance(state.step)

    def _step(self, batch: Batch, lr: float) -> tuple[dict[str, Tensor], Tensor]:
        state, options = self.state, self.options
        seed = noise.mix_seed(options.seed, state.step)
        arguments = (batch, state.step, seed, lr, average_decay(state.step, options.ema))
        if not self.step.compiled or options.compile == "yes":
            return self.step(*arguments)
        from torch._dynamo.exc import FailOnRecompileLimitHit, TorchDynamoException

        try:
            return self.step(*arguments)
        except (TorchDynamoException, FailOnRecompileLimitHit) as error:
            # A user's module that cannot be compiled: nothing has moved, and the seed repeats the noise.
            self.step.uncompile()
            self.facts["compiled"] = f"no ({type(error).__name__})"
            return self.step(*arguments)

    def _must_look(self, step: int) -> bool:
        # On a GPU each look waits for the device; a step that is not finite moves nothing anyway.
        return self.device.type == "cpu" or (step + 1) % 50 == 0 or step + 1 == self.total

    def _explained(self, batch: Batch, log: dict[str, Tensor], lr: float) -> Exception:
        rows = getattr(self.batches, "rows", None)
        numbers = None if rows is None else rows(*divmod(self.state.step, self.batches.steps))
        if numbers is not None and self.which is not None:
            numbers = self.which[numbers]
        seed_noise(self.device, noise.mix_seed(self.options.seed, self.state.step))
        return explain(self.model, self.prepare(batch), self.state.step, log, lr, numbers)

    def _close_round(self) -> None:
        """Validate, record, and keep the best weights."""
        state = self.state
        steps = (state.step - 1) % self.round_steps + 1
        names = sorted(state.sums)
        values = torch.stack([state.sums[n].to(self.device, torch.float64).reshape(()) for n in names]) / steps
        record: dict[str, Any] = {"step": state.step}
        for name, value in zip(names, values.tolist(), strict=True):
            if name == "elbo" and not self.objective.likelihood:
                continue  # what is trained in the place of log p(x | z) leaves it no bound on anything
            record[name if name in ("lr", "grad_norm") else f"train/{name}"] = value
        state.sums = {}
        if self.validate is not None:
            with self.average.answering():
                numbers = self.validate(self.model)
            record |= {f"val/{name}": value for name, value in numbers.items()}
            self._judge(judged(self.objective.judged_by, numbers))
        self.history.append(record)
        state.records = len(self.history)
        for observer in self.observers:
            observer.record(record)

    def _judge(self, value: float | None) -> None:
        state, patience = self.state, self.options.patience
        if value is None or state.step < self.needs:
            return  # while a schedule runs, something else is minimised
        if math.isfinite(value) and (state.best_value is None or value > state.best_value):
            state.best_value, state.best_step, state.bad_rounds = value, state.step, 0
            state.best = {n: t.clone() for n, t in self.average.state().items()}
        elif state.step > self.needs:
            state.bad_rounds += 1
        if patience is not None and state.bad_rounds >= patience:
            state.ended = "early stopping"

    def _stop_reason(self, signal_name: str | None, began: float) -> str:
        limit = self.options.max_time
        late = limit is not None and time.monotonic() - began > limit
        if self.processes.several:
            late, signalled = self.processes.agree(late), self.processes.agree(signal_name is not None)
            signal_name = (signal_name or "SIGTERM") if signalled else None
        return signal_name or ("time limit" if late else "")

    def _save(self) -> None:
        if self.checkpoints is None or not self.processes.main:
            return
        tensors = self.state.tensors(self.model, self.objective, self.average, self.step)
        self.checkpoints.save(tensors, self.state.plain(self.total, self.facts))
