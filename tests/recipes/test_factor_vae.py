"""The recipe factor-vae: two players, and a critic of codes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.core import Model, Objective
from lowerbound.data import Schema
from lowerbound.recipes import Task, factor_vae
from lowerbound.training import Step, TrainOptions
from lowerbound.training.average import Average
from tests.estimators.small import small, table
from tests.training.zoo import Only


def built() -> tuple[Model, Objective]:
    options = factor_vae.options(latent=2, hidden=(8,), warmup=0.0)
    torch.manual_seed(0)
    model = factor_vae.model(Schema((4,), "real"), options, {})
    return model, factor_vae.objective(Task(options, 10, model))


def test_it_is_the_bound_and_what_the_critic_sees() -> None:
    assert repr(built()[1]) == (
        "ELBO() + 35.0 * DensityRatioTC(MLP(((2,),), (1,), hidden=(256, 256, 256), nonlinearity='leaky_relu'))"
    )


@pytest.mark.parametrize("player", ["model", "critic"])
def test_the_loss_of_one_player_leaves_the_other(player: str) -> None:
    model, objective = built()
    alone = Only(objective, player)
    settings = TrainOptions(learning_rate=0.01, compile="no", precision="float32", device="cpu")
    step = Step(
        model, alone, settings, lambda batch: batch, Average(model, 0.9), total=10, n_data=40, layers=None,
        compiled=False, processes=None,
    )  # fmt: skip
    batch = {"x": torch.as_tensor(table(), dtype=torch.float32)}
    step.discover(batch)
    assert set(step.players) == {"model", "critic"}
    before = {"model": [p.detach().clone() for p in model.parameters()]}
    before["critic"] = [p.detach().clone() for p in objective.parameters()]
    with step.running():
        step(batch, 0, 7, 0.01, 0.9)
    now = {"model": list(model.parameters()), "critic": list(objective.parameters())}
    moved = {name: any(not torch.equal(p, q) for p, q in zip(before[name], now[name], strict=True)) for name in before}
    assert moved == {name: name == player for name in moved}


def test_it_trains_and_comes_back(tmp_path) -> None:
    X = table()
    model = small(recipe="factor-vae").fit(X, out=tmp_path / "run")
    assert np.isfinite(model.evaluate(X, samples=10).elbo)
    assert {"train/loss/model", "train/loss/critic"} <= set(model.history_[-1])
    assert np.array_equal(lb.load(tmp_path / "run").transform(X), model.transform(X))
