"""One optimizer step: losses, gradients of every player, then every player's move.

All gradients are taken before anything moves. The whole step - forward, gradients, clipping,
Adam, weight average - is one function that runs eagerly or as one compiled graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, closed_forms, layer_precision, noise
from lowerbound.training.adam import Adam
from lowerbound.training.distributed import Processes
from lowerbound.training.players import player_parameters

__all__ = ["Step"]

Gradients = dict[str, list[Tensor]]


class Step:
    """A step of a run; call it with a batch.

    Parameters
    ----------
    model, objective
        What is trained, and how.
    prepare
        Maps a batch as stored to model input (dynamic binarization, say); runs inside the step.
    total, n_data
        Steps of the run and rows of the data, for :class:`~lowerbound.core.Progress`.
    layers
        Dtype of the layers; None for that of the weights.
    compiled
        Whether to compile.
    accumulate
        Parts a batch is computed in.
    clip
        Largest gradient norm of a player; None for no limit.
    weight_decay
        Of Adam.
    average
        The running average of the weights, by parameter name; None for none.
    processes
        The group that shares the batch.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        prepare: Callable[[Batch], Batch],
        *,
        total: int,
        n_data: int,
        layers: torch.dtype | None = None,
        compiled: bool = False,
        accumulate: int = 1,
        clip: float | None = None,
        weight_decay: float = 0.0,
        average: dict[str, Tensor] | None = None,
        processes: Processes | None = None,
    ) -> None:
        self.model, self.objective, self.prepare = model, objective, prepare
        self.total, self.n_data, self.layers = total, n_data, layers
        self.compiled, self.accumulate, self.clip = compiled, accumulate, clip
        self.weight_decay = weight_decay
        self.processes = processes or Processes()
        self.players: dict[str, Adam] = {}
        weights = dict(model.named_parameters())
        self.averaged = [(average[name], weights[name]) for name in average] if average else []
        self.closed_forms = closed_forms(model)
        self._whole = self._compile(self._compute_and_apply)
        self._compute_only = self._compile(self._compute)
        self._apply_only = self._compile(self._apply)

    def add_player(self, name: str) -> Adam:
        """Make the optimizer of a player."""
        return self.players.setdefault(
            name, Adam(player_parameters(name, self.model, self.objective), self.weight_decay)
        )

    def discover(self, batch: Batch) -> list[str]:
        """Run the objective once, leaving no trace of it, to learn who its players are."""
        state = {id(c): c.statistics.clone() for c in self.closed_forms}
        with torch.random.fork_rng(devices=[]):
            losses = self.objective.losses(self.model, self.prepare(batch), Progress(0, self.total, self.n_data))
        for c in self.closed_forms:
            c.statistics.copy_(state[id(c)])
        for name in losses:
            self.add_player(name)
        return list(losses)

    def __call__(self, batch: Batch, step: int, lr: float, decay: float) -> tuple[Log, Tensor]:
        """Take step ``step`` (0, 1, ...).

        Returns
        -------
        log : dict of str to Tensor
            What the objective records, and ``grad_norm``, of this process's rows.
        finite : Tensor
            False when a loss or gradient was not finite: then nothing moved.
        """
        t, rate, keep = torch.tensor(float(step)), torch.tensor(lr), torch.tensor(decay)
        rows = next(iter(batch.values())).shape[0]
        if self.accumulate == 1 and not self.processes.several:
            log, finite = self._whole(batch, t, rate, keep)
        else:
            log, gradients = self._in_parts(batch, rows, t, step)
            self._reduce(gradients)
            finite = self._apply_only(gradients, t, rate, keep, log)
        for component in self.closed_forms:
            self.processes.sum_(component.statistics)
            component.update()
        return log, finite

    def _compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if not self.compiled:
            return function
        # fallback_random: compiled noise is eager noise, from torch's generators.
        options: dict[str, Any] = {"fallback_random": True}
        inner = torch.compile(function, fullgraph=True, dynamic=False, options=options)

        def run(*args: Any) -> Any:
            with torch._dynamo.config.patch(trace_autograd_ops=True):
                return inner(*args)

        return run

    def _in_parts(self, batch: Batch, rows: int, t: Tensor, step: int) -> tuple[Log, Gradients]:
        """Compute a batch part by part, with the noise that the whole batch would get."""
        whole = rows * self.processes.world
        first = rows * self.processes.rank
        size = -(-rows // self.accumulate)
        state = torch.get_rng_state()
        logs: Log = {}
        sums: Gradients = {}
        for start in range(0, rows, size):
            part = {name: value[start : start + size] for name, value in batch.items()}
            count = next(iter(part.values())).shape[0]
            torch.set_rng_state(state)
            with noise.use(noise.Window(first + start, whole)):
                log, gradients = self._compute_only(part, t)
            share = count / rows
            for name, value in log.items():
                logs[name] = logs.get(name, 0.0) + share * value
            for name, values in gradients.items():
                scaled = torch._foreach_mul(values, share)
                sums[name] = list(torch._foreach_add(sums[name], scaled)) if name in sums else list(scaled)
        return logs, sums

    def _reduce(self, gradients: Gradients) -> None:
        """Average the gradients of all players over the processes."""
        for values in gradients.values():
            self.processes.mean_(values)

    def _compute(self, batch: Batch, t: Tensor) -> tuple[Log, Gradients]:
        log: Log = {}
        progress = Progress(t, self.total, self.n_data)
        with layer_precision(self.layers):
            losses = self.objective.losses(self.model, self.prepare(batch), progress, log)
        gradients: Gradients = {}
        last = list(losses)[-1]
        for name, loss in losses.items():
            parameters = self.players[name].parameters
            got = torch.autograd.grad(loss, parameters, retain_graph=name != last, allow_unused=True)
            gradients[name] = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, got, strict=True)]
            log[f"loss/{name}"] = loss.detach()
        return log, gradients

    def _apply(self, gradients: Gradients, t: Tensor, lr: Tensor, decay: Tensor, log: Log) -> Tensor:
        finite = torch.ones((), dtype=torch.bool)
        norms: list[Tensor] = []
        for name, values in gradients.items():
            norm = torch.stack([g.square().sum() for g in values]).sum().sqrt() if values else torch.zeros(())
            norms.append(norm)
            finite = finite.to(norm.device) & norm.isfinite() & log[f"loss/{name}"].isfinite()
            if self.clip is not None:
                scale = (self.clip / (norm + 1e-12)).clamp(max=1.0)
                gradients[name] = [g * scale for g in values]
        self._move(gradients, t + 1, lr, decay, finite)
        log["grad_norm"] = torch.stack(norms).square().sum().sqrt()
        return finite

    def _move(self, gradients: Gradients, t: Tensor, lr: Tensor, decay: Tensor, finite: Tensor) -> None:
        if self.compiled:
            for name, values in gradients.items():
                self.players[name].apply_formula(values, lr, t, finite)
            with torch.no_grad():
                for average, weight in self.averaged:
                    average.add_(torch.where(finite, (1 - decay) * (weight - average), 0.0))
        elif bool(finite):
            for name, values in gradients.items():
                self.players[name].apply_fused(values, lr, t)
            if self.averaged:
                averages, weights = zip(*self.averaged, strict=True)
                torch._foreach_lerp_(list(averages), [w.detach() for w in weights], 1 - float(decay))

    def _compute_and_apply(self, batch: Batch, t: Tensor, lr: Tensor, decay: Tensor) -> tuple[Log, Tensor]:
        log, gradients = self._compute(batch, t)
        return log, self._apply(gradients, t, lr, decay, log)
