"""Every recipe, as it comes, on small images: trains, goes on to the same bits, answers, is saved and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import lowerbound as lb
from lowerbound.core import Progress
from lowerbound.estimators.planning import make_plan
from lowerbound.recipes import names
from lowerbound.runs import Settings
from lowerbound.training.players import player_parameters
from tests.products.cases import SETTINGS
from tests.products.walk import check_and_repeat
from tests.tiers import few_quick

ROWS, SIDE = 24, 8
SMALL: dict[str, dict[str, Any]] = {
    "vamp": {"prior": "VampPrior(components=10)"},
    "exemplar": {"prior": "ExemplarPrior(exemplars=10)"},
}
SOLVED = [name for name, recipe in names().items() if recipe.solve is not None]
TRAINED = [name for name in names() if name not in SOLVED]
FEW = ("vae", "cvae", "iwae", "vae-gan", "two-stage-vae")


def rows() -> lb.data.Dataset:
    """Return labelled images of 17 grey levels."""
    rng = np.random.default_rng(0)
    x = np.minimum(rng.integers(0, 18, (ROWS, 1, SIDE, SIDE)), 16).astype(np.uint8)
    x.flat[0] = 16
    y = np.array(["cat", "dog"])[np.arange(ROWS) % 2]
    return lb.data.from_arrays(x, y, image="CHW").split(valid=0.0, test=0.0)


@pytest.mark.parametrize("epochs", [3, pytest.param(10, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", few_quick(TRAINED, FEW))
def test_it_does_all_that_a_model_does(name: str, epochs: int, tmp_path: Path) -> None:
    check_and_repeat(rows(), tmp_path, epochs=epochs, recipe=name, **SMALL.get(name, {}))


@pytest.mark.parametrize("name", SOLVED)
def test_a_solved_one_answers(name: str, tmp_path: Path) -> None:
    x = rows().x.double().numpy()
    lb.VAE(3, recipe=name, epochs=3, random_state=0).fit(x).save(tmp_path / "run")
    vae = lb.load(tmp_path / "run")
    found = [vae.transform(x), vae.score_samples(x), vae.reconstruct(x), vae.sample(5, random_state=0)]
    assert all(np.isfinite(values).all() for values in found)


def losses(name: str) -> tuple[nn.Module, nn.Module, dict[str, Tensor]]:
    """Return model, objective and the losses of one batch."""
    plan = make_plan(rows(), Settings.make(recipe=name, **{**SETTINGS, **SMALL.get(name, {})}))
    batch = {"x": rows().x.float()}
    if plan.conditional:
        batch["c"] = nn.functional.one_hot(torch.arange(ROWS) % 2, plan.schema.condition_size).float()
    torch.manual_seed(0)
    return plan.model, plan.objective, plan.objective.losses(plan.model, batch, Progress(1, plan.total, ROWS))


@pytest.mark.parametrize("name", TRAINED)
def test_each_player_has_parameters_of_its_own_that_its_loss_moves(name: str) -> None:
    model, objective, found = losses(name)
    owners: dict[int, str] = {}
    for player, loss in found.items():
        parameters = player_parameters(player, model, objective)  # type: ignore[arg-type]
        assert parameters, player
        gradients = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True, allow_unused=True)
        assert any(g is not None and bool(g.any()) for g in gradients), player
        assert all(g is None or bool(g.isfinite().all()) for g in gradients), player
        for parameter in parameters.values():
            assert owners.setdefault(id(parameter), player) == player
    everything = [*model.parameters(), *objective.parameters()]
    assert {id(p) for p in everything if p.requires_grad} == set(owners)
