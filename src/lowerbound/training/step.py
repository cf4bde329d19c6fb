"""One optimizer step: losses, gradients of every player, then every player's move.

All gradients are taken before anything moves. The whole step - forward, gradients, clipping,
Adam, weight average - is one function that runs eagerly or as one compiled graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, closed_forms, compiling, layer_precision, noise
from lowerbound.training.adam import Adam
from lowerbound.training.average import Average, follow
from lowerbound.training.distributed import Processes
from lowerbound.training.options import TrainOptions
from lowerbound.training.players import player_parameters
from lowerbound.training.replay import Replay
from lowerbound.training.soap import Soap

__all__ = ["Gradients", "Step", "seed_noise"]

Gradients = dict[str, list[Tensor]]
Prepare = Callable[[Batch], Batch]

OPTIMIZERS: dict[str, type[Adam]] = {"adam": Adam, "soap": Soap}


class Step:
    """A step of a run; call it with a batch.

    Parameters
    ----------
    model, objective
        What is trained, and how.
    options
        Of which ``optimizer``, ``accumulate``, ``clip``, ``momentum`` and ``weight_decay`` matter here.
    prepare
        Maps a batch as stored to model input (dynamic binarization, say); runs inside the step.
    average
        Follows the weights.
    total, n_data
        Steps of the run and rows of the data, for :class:`~lowerbound.core.Progress`.
    layers
        Dtype of the layers; None for that of the weights.
    compiled
        Whether to compile.
    replayed
        Whether to replay steps as a CUDA graph. One that cannot be captured, steps in parts and steps of several
        processes are taken as they are.
    processes
        The group that shares the batch.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        options: TrainOptions,
        prepare: Prepare,
        average: Average,
        *,
        total: int,
        n_data: int,
        layers: torch.dtype | None = None,
        compiled: bool = False,
        replayed: bool = False,
        processes: Processes | None = None,
    ) -> None:
        self.model, self.objective, self.options, self.prepare = model, objective, options, prepare
        self.total, self.n_data, self.layers = total, n_data, layers
        self.processes = processes or Processes()
        self.device = next(model.parameters()).device
        self.players: dict[str, Adam] = {}
        self.averaged = average.pairs()
        self.closed_forms = [*closed_forms(model), *closed_forms(objective)]
        self.held: dict[int, list[str]] = {}
        self.compiled = False
        self.in_parts = options.accumulate > 1 or self.processes.several
        self.replay = Replay(self._compute_and_apply, self._moved) if replayed and not self.in_parts else None
        self.why_not = "steps are taken in parts" if self.in_parts else ""
        self._functions: dict[str, Callable[..., Any]] = {
            "whole": self._compute_and_apply, "compute": self._compute, "apply": self._apply,
        }  # fmt: skip
        if compiled:
            self._compile()

    def discover(self, batch: Batch) -> None:
        """Run the objective once, leaving no trace of it, to learn who its players are."""
        kept = [component.statistics.clone() for component in self.closed_forms]
        with torch.random.fork_rng():
            losses = self.objective.losses(self.model, self.prepare(batch), Progress(0, self.total, self.n_data))
        for component, statistics in zip(self.closed_forms, kept, strict=True):
            component.statistics.copy_(statistics)
        momentum = self.objective.momentum if self.options.momentum is None else self.options.momentum
        for name in losses:
            parameters = player_parameters(name, self.model, self.objective)
            held = name in self._moves(0)
            optimizer = OPTIMIZERS[self.options.optimizer]
            self.players[name] = optimizer(parameters, self.options.weight_decay, (momentum, 0.999), counted=held)
        self.held = self._held()

    def _held(self) -> dict[int, list[str]]:
        """Return who may hold still each weight, and each component that is set in closed form, by its id."""
        held: dict[int, list[str]] = {}
        for name, player in self.players.items():
            for p in player.parameters:
                held.setdefault(id(p), []).append(name)
        named = {id(m): f"model.{path}" for path, m in self.model.named_modules()}
        for component in self.closed_forms:
            path = named.get(id(component), "")
            held[id(component)] = [name for name in self.players if f"{path}.".startswith(f"{name}.")]
        names = self._moves(0)
        return {key: owners for key, owners in held.items() if owners and all(name in names for name in owners)}

    def _moves(self, t: Tensor | int) -> Mapping[str, Tensor | bool]:
        return self.objective.moves(self.model, Progress(t, self.total, self.n_data))

    def _may_move(self, what: object, finite: Tensor, moves: Mapping[str, Tensor | bool]) -> Tensor:
        """Return whether a weight, or what is set in closed form, moves: with any player that has it."""
        owners = self.held.get(id(what), [])
        if not owners:
            return finite
        # A number that Python knows is written on the device, not sent there: a graph may not wait for it.
        flags = [m if isinstance(m, Tensor) else torch.full_like(finite, m) for m in (moves[name] for name in owners)]
        return finite & torch.stack(flags).any()

    def __call__(self, batch: Batch, step: int, seed: int, lr: float, decay: float) -> tuple[Log, Tensor]:
        """Take step ``step`` (0, 1, ...) with the noise of ``seed``.

        Returns
        -------
        log : dict of str to Tensor
            What the objective records, and ``grad_norm``: means over the whole batch.
        finite : Tensor
            False when a loss or gradient was not finite: then nothing moved.
        """
        if self.compiled and not torch._dynamo.config.trace_autograd_ops:
            with self.running():
                return self(batch, step, seed, lr, decay)
        moves = self._moves(step)
        numbers = [torch.tensor(v, device=self.device) for v in (float(step), lr, decay)]
        if not self.in_parts:
            whole = self._replayed(batch, numbers) or self._functions["whole"]
            seed_noise(self.device, seed)
            log, finite = whole(batch, *numbers)
        else:
            log, gradients = self._in_parts(batch, numbers[0], seed)
            self.processes.mean_([*(g for values in gradients.values() for g in values), *log.values()])
            log, finite = self._functions["apply"](gradients, *numbers, log)
        for component in self.closed_forms:
            self.processes.sum_(component.statistics)
            component.update(self._may_move(component, finite, moves))
        for player in self.players.values():
            player.settle(step + 1)
        return log, finite

    def _replayed(self, batch: Batch, numbers: list[Tensor]) -> Replay | None:
        if self.replay is not None:
            try:
                self.replay.prepare(batch, numbers)
            except RuntimeError as error:
                self.replay, self.why_not = None, _first_cause(error)
        return self.replay

    def _moved(self) -> list[Tensor]:
        """Return every tensor that a step moves."""
        players = [tensor for player in self.players.values() for tensor in player.state().values()]
        states = [*self.model.state_dict().values(), *self.objective.state_dict().values()]
        return [*states, *players, *(average for average, _ in self.averaged)]

    def _compile(self) -> None:
        """Replace each function by its compiled form."""
        self.compiled = True
        # fallback_random: compiled noise is eager noise, from torch's generators.
        for name, function in self._functions.items():
            self._functions[name] = compiling.compiled(function, fallback_random=True)

    def running(self) -> AbstractContextManager[object]:
        """Return the context in which steps are taken: compiled ones take gradients inside their graph."""
        return torch._dynamo.config.patch(trace_autograd_ops=True) if self.compiled else nullcontext()

    def uncompile(self) -> None:
        """Go back to the eager functions."""
        self.compiled = False
        self._functions = {"whole": self._compute_and_apply, "compute": self._compute, "apply": self._apply}

    def _in_parts(self, batch: Batch, t: Tensor, seed: int) -> tuple[Log, Gradients]:
        """Compute a batch part by part, with the noise that the whole batch would get."""
        rows = next(iter(batch.values())).shape[0]
        size = -(-rows // self.options.accumulate)
        logs: Log = {}
        sums: Gradients = {}
        for start in range(0, rows, size):
            part = {name: value[start : start + size] for name, value in batch.items()}
            share = min(size, rows - start) / rows
            seed_noise(self.device, seed)
            with noise.use(noise.Window(rows * self.processes.rank + start, rows * self.processes.world)):
                log, gradients = self._functions["compute"](part, t)
            for name, value in log.items():
                logs[name] = logs.get(name, 0.0) + share * value
            for name, values in gradients.items():
                scaled = [share * g for g in values]
                sums[name] = [a + b for a, b in zip(sums[name], scaled, strict=True)] if name in sums else scaled
        return logs, sums

    def _compute(self, batch: Batch, t: Tensor) -> tuple[Log, Gradients]:
        log: Log = {}
        progress = Progress(t, self.total, self.n_data)
        with layer_precision(self.layers):
            losses = self.objective.losses(self.model, self.prepare(batch), progress, log)
        gradients: Gradients = {}
        last = list(losses)[-1]
        for name, loss in losses.items():
            parameters = self.players[name].parameters
            got = ()
            if parameters:
                got = torch.autograd.grad(loss, parameters, retain_graph=name != last, allow_unused=True)
            gradients[name] = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, got, strict=True)]
            log[f"loss/{name}"] = loss.detach()
        return log, gradients

    def _apply(self, gradients: Gradients, t: Tensor, lr: Tensor, decay: Tensor, log: Log) -> tuple[Log, Tensor]:
        finite = torch.ones((), dtype=torch.bool, device=t.device)
        total = torch.zeros((), device=t.device)
        clip = self.options.clip
        for name, values in gradients.items():
            norms = [torch.linalg.vector_norm(g) for g in values]
            square = torch.stack(norms).square().sum() if norms else torch.zeros_like(total)
            total = total + square
            finite = finite & square.isfinite() & log[f"loss/{name}"].isfinite()
            if clip is not None:
                scale = (clip / (square.sqrt() + 1e-12)).clamp(max=1.0)
                gradients[name] = [g * scale for g in values]
        self._move(gradients, t, lr, decay, finite)
        return {**log, "grad_norm": total.sqrt()}, finite

    def _move(self, gradients: Gradients, t: Tensor, lr: Tensor, decay: Tensor, finite: Tensor) -> None:
        moves = self._moves(t)
        if self.compiled:
            for name, values in gradients.items():
                self.players[name].apply_formula(values, lr, t + 1, finite & moves.get(name, True))
            with torch.no_grad():
                for average, weight in self.averaged:
                    kept = self._may_move(weight, finite, moves)
                    average.add_(torch.where(kept, (1 - decay) * (weight - average), 0.0))
            return
        for name, values in gradients.items():
            self.players[name].apply_fused(values, lr, t + 1, finite & moves.get(name, True))
        if not self.held:
            follow(self.averaged, torch.where(finite, 1 - decay, 0.0))
            return
        for pair in self.averaged:
            follow([pair], torch.where(self._may_move(pair[1], finite, moves), 1 - decay, 0.0))

    def _compute_and_apply(self, batch: Batch, t: Tensor, lr: Tensor, decay: Tensor) -> tuple[Log, Tensor]:
        log, gradients = self._compute(batch, t)
        return self._apply(gradients, t, lr, decay, log)


def _first_cause(error: BaseException) -> str:
    while error.__context__ is not None:
        error = error.__context__
    return str(error).partition("\n")[0]


def seed_noise(device: torch.device, seed: int) -> None:
    """Seed the generators that a step on ``device`` draws from.

    ``torch.manual_seed`` would do, at the price of a formatted stack trace for each device that
    is not there, kept for good.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)
