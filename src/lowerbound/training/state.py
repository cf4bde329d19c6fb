"""Where a run stands: everything that a checkpoint carries besides the model's own modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import Model, Objective
from lowerbound.errors import ConfigError, CorruptRunError
from lowerbound.training.average import Average
from lowerbound.training.step import Step

__all__ = ["RunState"]


@dataclass
class RunState:
    """The position and memory of a run.

    Attributes
    ----------
    step : int
        Optimizer steps done.
    records : int
        Lines of the history.
    bad_rounds : int
        Rounds since the validation ELBO was best.
    best_value, best_step
        Of the best validation.
    ended : str
        Why the run is over, or empty.
    sums : dict of str to Tensor
        Of the numbers of the round under way.
    best : dict of str to Tensor
        The weights of the best validation.
    """

    step: int = 0
    records: int = 0
    bad_rounds: int = 0
    best_value: float | None = None
    best_step: int = 0
    ended: str = ""
    sums: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)

    def plain(self, total: int, facts: Mapping[str, str]) -> dict[str, Any]:
        """Return the part of a checkpoint that is JSON."""
        return {
            "step": self.step, "total": total, "records": self.records, "bad_rounds": self.bad_rounds,
            "best_value": self.best_value, "best_step": self.best_step, "ended": self.ended, "facts": dict(facts),
        }  # fmt: skip

    def tensors(self, model: Model, objective: Objective, average: Average, step: Step) -> dict[str, Tensor]:
        """Return the part of a checkpoint that is tensors, as ``group:name``."""
        groups = {
            "model": model.state_dict(), "objective": objective.state_dict(), "average": average.tensors,
            "best": self.best, "sums": self.sums,
        }  # fmt: skip
        groups |= _of_optimizers(step)
        return {f"{group}:{name}": t for group, tensors in groups.items() for name, t in tensors.items()}

    @classmethod
    def restored(
        cls, saved: tuple[dict[str, Tensor], dict[str, Any]], total: int, model: Model, objective: Objective,
        average: Average, step: Step,
    ) -> RunState:  # fmt: skip
        """Put a checkpoint back into the parts of a run, and return its state.

        Raises
        ------
        CorruptRunError
            When the checkpoint is of another run.
        ConfigError
            When the run was to be of another length.
        """
        tensors, plain = saved
        device = next(model.parameters()).device
        groups: dict[str, dict[str, Tensor]] = {}
        for key, tensor in tensors.items():
            group, _, name = key.partition(":")
            groups.setdefault(group, {})[name] = tensor.to(device)
        if plain.get("total") != total:
            raise ConfigError(
                f"This run was to take {plain.get('total')} steps and is now asked for {total}: its schedules would "
                "change. Resume it with its own settings and data, or start a new run."
            )
        try:
            model.load_state_dict(groups.get("model", {}))
            objective.load_state_dict(groups.get("objective", {}))
            live = {"average": average.tensors} | _of_optimizers(step)
            for group, targets in live.items():
                _same_shapes(group, targets, groups.get(group, {}))
                with torch.no_grad():
                    for name, target in targets.items():
                        target.copy_(groups[group][name])
            if "best" in groups:
                _same_shapes("best", average.state(), groups["best"])
            if plain["ended"] not in ("", "finished", "early stopping"):
                raise ValueError(f"it ended for the unknown reason {plain['ended']!r}")
            best = plain["best_value"]
            return cls(
                step=_count(plain, "step", total), records=_count(plain, "records", total),
                bad_rounds=_count(plain, "bad_rounds", total), best_step=_count(plain, "best_step", total),
                best_value=None if best is None else float(best), ended=plain["ended"],
                sums=groups.get("sums", {}), best=groups.get("best", {}),
            )  # fmt: skip
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CorruptRunError(f"The checkpoint is not of this run: {error}.") from error


def _of_optimizers(step: Step) -> dict[str, dict[str, Tensor]]:
    return {f"optimizer/{name}": player.state() for name, player in step.players.items()}


def _same_shapes(group: str, live: Mapping[str, Tensor], saved: Mapping[str, Tensor]) -> None:
    if {n: t.shape for n, t in live.items()} != {n: t.shape for n, t in saved.items()}:
        raise ValueError(f"its {group} tensors are of other names or shapes")


def _count(plain: Mapping[str, Any], name: str, most: int) -> int:
    value = plain[name]
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name} = {value!r} is not a number from 0 to {most}")
    return value
