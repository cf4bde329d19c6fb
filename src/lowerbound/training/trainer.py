"""The one training loop.

A run is a function of its settings and seed: the order of the rows depends on (seed, epoch),
the noise of a step on (seed, step), and checkpoints disturb neither. It advances in rounds of
a fixed number of steps; after each round the model is validated, the numbers are recorded, and
it is decided whether to go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Batches, Model, Objective, noise
from lowerbound.errors import ConfigError, CorruptRunError
from lowerbound.training.checkpoint import Checkpoints
from lowerbound.training.distributed import Processes
from lowerbound.training.divergence import explain
from lowerbound.training.history import History, Observer
from lowerbound.training.interrupt import listening
from lowerbound.training.options import TrainOptions
from lowerbound.training.precision import choose_compile, choose_precision
from lowerbound.training.rate import learning_rate
from lowerbound.training.step import Step

__all__ = ["Outcome", "Trainer", "average_decay"]

Validate = Callable[[Model], dict[str, float]]


@dataclass
class Outcome:
    """How a run ended.

    Attributes
    ----------
    reason : str
        ``finished``, ``early stopping``, ``time limit``, or the name of a signal.
    step : int
        Steps done.
    best : dict of str to Tensor
        The weights to answer with: the average at its best validation, or the last.
    history : History
    facts : dict of str to str
        Precision, compilation, device: what was chosen.
    """

    reason: str
    step: int
    best: dict[str, Tensor]
    history: History
    facts: dict[str, str]

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.reason in ("finished", "early stopping")


@dataclass
class _State:
    step: int = 0
    bad_rounds: int = 0
    best_value: float = -float("inf")
    best_step: int = 0
    ended: str = ""
    sums: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)


def average_decay(step: int, decay: float) -> float:
    """Return the decay of the weight average at a step: it rises to ``decay``, so that early weights are forgotten.

    Examples
    --------
    >>> average_decay(0, 0.999), average_decay(10**6, 0.999)
    (0.1, 0.999)
    """
    return min(decay, (1 + step) / (10 + step))


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
        When a schedule needs more steps than the run has.
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
        for name, schedule in objective.schedules():
            if schedule.needs > total:
                raise ConfigError(
                    f"The schedule {name}={schedule!r} needs {schedule.needs} steps; this run has {total}. "
                    "Train for more epochs, or shorten the schedule."
                )
        self.round_steps = options.round_steps or max(1, min(1000, total // 50))
        self.layers = choose_precision(options, self.device)
        self.compiled = choose_compile(options, self.device, model, total)
        self.facts = {
            "device": str(self.device),
            "layers": str(self.layers or torch.get_default_dtype()).removeprefix("torch."),
            "compiled": "yes" if self.compiled else "no",
            "processes": str(self.processes.world),
        }

    def fit(self, batches: Batches, validate: Validate | None = None, *, resume: bool = False) -> Outcome:
        """Run to the end, or to where it is stopped.

        Parameters
        ----------
        batches
            The training data.
        validate
            Numbers of the model on held-out rows, recorded as ``val/...``; ``elbo`` among them
            chooses the best weights.
        resume
            Go on from the checkpoint in the folder.

        Raises
        ------
        DivergenceError
            When a loss is not finite; the state before it is saved.
        """
        if batches.batch_size % self.processes.world:
            raise ConfigError(
                f"A batch of {batches.batch_size} rows cannot be shared evenly by {self.processes.world} processes."
            )
        average = {n: p.detach().clone() for n, p in self.model.named_parameters()} if self.options.ema else {}
        self.step = Step(
            self.model, self.objective, self.prepare, total=self.total, n_data=batches.n_rows, layers=self.layers,
            compiled=self.compiled, accumulate=self.options.accumulate, clip=self.options.clip,
            weight_decay=self.options.weight_decay, average=average, processes=self.processes,
        )  # fmt: skip
        self.average, self.state, self.validate = average, _State(), validate
        self.step.discover(next(batches.epoch(0)))
        records = self._restore() if resume else 0
        self.history = History(
            self.folder / "metrics.jsonl" if self.folder and self.processes.main else None, keep=records
        )
        for observer in self.observers:
            observer.start(self.state.step, self.total, self.facts)
        with listening() as interrupt, torch.random.fork_rng():
            reason = self._run(batches, lambda: interrupt.name)
        for observer in self.observers:
            observer.finish(reason)
        best = self.state.best or self._answering()
        return Outcome(reason, self.state.step, best, self.history, self.facts)

    def _run(self, batches: Batches, interrupted: Callable[[], str | None]) -> str:
        state, options = self.state, self.options
        began = saved = time.monotonic()
        reason = state.ended
        self.model.train()
        for batch in self._from(batches, state.step) if not reason else ():
            self._one(batch)
            if state.step % self.round_steps == 0 or state.step == self.total:
                self._close_round()
            reason = state.ended or self._stop_reason(interrupted(), began)
            if reason or time.monotonic() - saved >= options.checkpoint_seconds:
                self._save()
                saved = time.monotonic()
            if reason:
                break
        if state.step == self.total and not state.ended:
            state.ended = reason = "finished"
            self._save()
        return reason

    def _from(self, batches: Batches, step: int) -> Iterator[dict[str, Tensor]]:
        """Yield the batches of steps ``step`` to the end of the run."""
        while step < self.total:
            for batch in batches.epoch(step // batches.steps, start=step % batches.steps):
                yield batch
                step += 1
                if step == self.total:
                    return

    def _one(self, batch: Batch) -> None:
        state, options = self.state, self.options
        assert options.learning_rate is not None
        lr = learning_rate(
            state.step, self.total, options.learning_rate, options.learning_rate_schedule, options.learning_rate_warmup
        )
        torch.manual_seed(noise.mix_seed(options.seed, state.step))
        log, finite = self.step(batch, state.step, lr, average_decay(state.step, options.ema))
        if self._must_look(state.step) and not bool(finite):
            self._save()
            raise explain(self.model, self.prepare(batch), state.step, log, lr)
        log["lr"] = torch.tensor(lr)
        for name, value in log.items():
            state.sums[name] = state.sums[name] + value if name in state.sums else value.clone()
        state.step += 1
        for observer in self.observers:
            observer.advance(state.step)

    def _must_look(self, step: int) -> bool:
        # On a GPU each look waits for the device; a step that is not finite moves nothing anyway.
        return self.device.type == "cpu" or (step + 1) % 50 == 0 or step + 1 == self.total

    def _close_round(self) -> None:
        """Validate, record, and keep the best weights."""
        state = self.state
        steps = (state.step - 1) % self.round_steps + 1
        values = torch.stack([v.to(self.device, torch.float64).reshape(()) for v in state.sums.values()]) / steps
        self.processes.mean_([values])
        record: dict[str, Any] = {"step": state.step}
        for name, value in zip(state.sums, values.tolist(), strict=True):
            record[name if name in ("lr", "grad_norm") else f"train/{name}"] = value
        state.sums = {}
        if self.validate is not None:
            with self.answering():
                record |= {f"val/{name}": value for name, value in self.validate(self.model).items()}
            self._judge(record.get("val/elbo", -float("inf")))
        self.history.append(record)
        for observer in self.observers:
            observer.record(record)

    def _judge(self, value: float) -> None:
        state, patience = self.state, self.options.patience
        if value > state.best_value:
            state.best_value, state.best_step, state.bad_rounds = value, state.step, 0
            state.best = {n: t.clone() for n, t in self._answering().items()}
        elif state.step > max((s.needs for _, s in self.objective.schedules()), default=0):
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

    def _answering(self) -> dict[str, Tensor]:
        """The state with averaged weights: what validation and answers use."""
        return {**self.model.state_dict(), **self.average}

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Give the model its averaged weights inside the block, in evaluation mode."""
        kept = {name: p.detach().clone() for name, p in self.model.named_parameters()} if self.average else {}
        self._assign(self.average)
        self.model.eval()
        try:
            yield
        finally:
            self._assign(kept)
            self.model.train()

    def _assign(self, weights: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                if name in weights:
                    p.copy_(weights[name])

    def _tensors(self) -> dict[str, Tensor]:
        groups: dict[str, dict[str, Tensor]] = {
            "model": self.model.state_dict(), "objective": self.objective.state_dict(),
            "average": self.average, "best": self.state.best, "sums": self.state.sums,
        }  # fmt: skip
        groups |= {f"adam/{name}": player.state() for name, player in self.step.players.items()}
        return {f"{group}:{name}": t for group, tensors in groups.items() for name, t in tensors.items()}

    def _save(self) -> None:
        if self.checkpoints is None or not self.processes.main:
            return
        state = self.state
        best = state.best_value if state.best else None
        self.checkpoints.save(
            self._tensors(),
            {
                "step": state.step, "total": self.total, "records": len(self.history), "best_value": best,
                "best_step": state.best_step, "bad_rounds": state.bad_rounds, "ended": state.ended,
                "facts": self.facts,
            },
        )  # fmt: skip

    def _restore(self) -> int:
        assert self.checkpoints is not None
        tensors, saved = self.checkpoints.load()
        groups: dict[str, dict[str, Tensor]] = {}
        for key, tensor in tensors.items():
            group, _, name = key.partition(":")
            groups.setdefault(group, {})[name] = tensor.to(self.device)
        state = self.state
        try:
            self.model.load_state_dict(groups.get("model", {}))
            self.objective.load_state_dict(groups.get("objective", {}))
            live = {"average": self.average} | {f"adam/{n}": p.state() for n, p in self.step.players.items()}
            for group, targets in live.items():
                for name, target in targets.items():
                    target.copy_(groups[group][name])
            state.step, state.bad_rounds = int(saved["step"]), int(saved["bad_rounds"])
            state.best_step, state.ended = int(saved["best_step"]), str(saved["ended"])
            records = int(saved["records"])
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CorruptRunError(f"The checkpoint in {self.folder} is not of this run: {error}.") from error
        state.best, state.sums = groups.get("best", {}), groups.get("sums", {})
        state.best_value = -float("inf") if saved["best_value"] is None else float(saved["best_value"])
        return records
