"""The recipe cvae-gan: its critic judges rows with their condition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.core import Progress
from lowerbound.data import Schema, from_arrays
from lowerbound.errors import ConfigError
from lowerbound.estimators.planning import make_plan
from lowerbound.networks import Projected
from lowerbound.objectives import VAEGAN
from lowerbound.recipes import ModelOptions, Task, cvae_gan
from lowerbound.runs import Settings
from tests.estimators.small import table

LABELLED = Schema((4,), "real", classes=("a", "b", "c"))
OPTIONS = ModelOptions(latent=2, hidden=(8,))


def test_the_critic_reads_rows_and_their_condition() -> None:
    assert cvae_gan.conditional
    model = cvae_gan.model(LABELLED, OPTIONS, {})
    objective = cvae_gan.objective(Task(OPTIONS, model=model, schema=LABELLED))
    assert isinstance(objective, VAEGAN)
    assert tuple(objective.critic.in_shapes) == ((4,), (3,))
    assert isinstance(objective.critic.get_submodule("head"), Projected)
    torch.manual_seed(0)
    batch = {"x": torch.randn(6, 4), "c": torch.eye(3).repeat(2, 1)}
    losses = objective.losses(model, batch, Progress())
    assert list(losses) == ["model.levels", "model.likelihood", "critic"]
    assert all(bool(loss.isfinite()) for loss in losses.values())


def test_similarity_and_rate_weigh_more_than_without_a_condition() -> None:
    rows = from_arrays(table(), np.arange(len(table())) % 2).split(valid=0.1, test=0.0, seed=0)
    said = repr(make_plan(rows, Settings.make(recipe="cvae-gan", latent=2, hidden=(8,), warmup=0.0)).objective)
    assert "gamma=3.0, beta=0.2" in said


def test_without_a_condition_it_says_what_to_give() -> None:
    with pytest.raises(ConfigError, match=r"The recipe 'cvae-gan' needs labels or covariates: give y to fit"):
        cvae_gan.model(Schema((4,), "real"), ModelOptions(), {})
