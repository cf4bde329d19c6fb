"""Recipes with several players: who is moved by whose loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lowerbound.core.storage import sha256
from lowerbound.data import from_arrays
from lowerbound.estimators.planning import Plan, make_plan
from lowerbound.runs import Settings
from lowerbound.training import Step, Trainer, TrainOptions
from lowerbound.training.average import Average
from tests.training.zoo import Only, Rows


def plan(x: np.ndarray, **changed: Any) -> Plan:
    """A small model of the recipe, and its objective."""
    usual = {"latent": 2, "hidden": (8,), "epochs": 2, "compile": "no", "precision": "float32"}
    dataset = from_arrays(x, image="CHW" if x.ndim == 4 else None).split(valid=0.1, test=0.0, seed=0)
    return make_plan(dataset, Settings.make(**{**usual, **changed}))


def moved(x: np.ndarray, player: str | None = None, **changed: Any) -> dict[str, bool]:
    """Return whether each player's parameters move in one step by the loss of one of them, or of all."""
    made = plan(x, **changed)
    objective = made.objective if player is None else Only(made.objective, player)
    step = Step(
        made.model, objective, TrainOptions(learning_rate=0.01, compile="no", device="cpu"), lambda batch: batch,
        Average(made.model, 0.9), total=made.total, n_data=len(x),
    )  # fmt: skip
    batch = {"x": torch.as_tensor(x[:8]).float()}
    step.discover(batch)
    before = {name: [p.detach().clone() for p in adam.parameters] for name, adam in step.players.items()}
    assert bool(step(batch, 0, 1, 0.01, 0.9)[1])
    return {
        name: any(not torch.equal(p, q) for p, q in zip(adam.parameters, before[name], strict=True))
        for name, adam in step.players.items()
    }


def assert_apart(x: np.ndarray, players: tuple[str, ...], **changed: Any) -> None:
    """Each player is moved by its own loss, and by no other's."""
    assert moved(x, **changed) == dict.fromkeys(players, True)
    for player in players:
        assert moved(x, player, **changed) == {name: name == player for name in players}


def critic_of(x: np.ndarray, **changed: Any) -> str:
    """Return what identifies the weights of the objective at the beginning of a run."""
    return sha256(plan(x, **changed).objective.state_dict())


class Crashed:
    """Raises when a step is done."""

    def __init__(self, at: int) -> None:
        self.at = at

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        """Nothing."""

    def advance(self, step: int) -> None:
        """Raise in time."""
        if step == self.at:
            raise RuntimeError("simulated crash")

    def record(self, record: Any) -> None:
        """Nothing."""

    def finish(self, reason: str) -> None:
        """Nothing."""


def trained(x: np.ndarray, folder: Path, crash: int | None = None, resume: bool = False, **changed: Any) -> str:
    """Train for twelve steps, saving at each, and return what identifies all weights and moments at the end."""
    made = plan(x, **changed)
    trainer = Trainer(
        made.model, made.objective,
        TrainOptions(learning_rate=0.01, compile="no", device="cpu", precision="float32", checkpoint_seconds=0.0),
        total=12, folder=folder, observers=[] if crash is None else [Crashed(crash)],
    )  # fmt: skip
    batches = Rows({"x": torch.as_tensor(x).float()}, 8)
    outcome = trainer.fit(batches, lambda model: {"mean_squared_error": 1.0}, resume=resume)
    assert outcome.reason == "finished"
    return sha256(trainer.state.tensors(trainer.model, trainer.objective, trainer.average, trainer.step))


def assert_resumes(x: np.ndarray, folder: Path, **changed: Any) -> None:
    """A run that crashed and went on ends as the one that did not, critic and its moments included."""
    whole = trained(x, folder / "whole", **changed)
    with pytest.raises(RuntimeError, match="simulated"):
        trained(x, folder / "broken", crash=7, **changed)
    assert trained(x, folder / "broken", resume=True, **changed) == whole
