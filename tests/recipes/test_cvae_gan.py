"""The recipe cvae-gan: its critic judges rows with their condition."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.networks import Projected
from lowerbound.objectives import VAEGAN
from lowerbound.recipes import ModelOptions, Task, cvae_gan

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


def test_without_a_condition_it_says_what_to_give() -> None:
    with pytest.raises(ConfigError, match=r"The recipe 'cvae-gan' needs labels or covariates: give y to fit"):
        cvae_gan.model(Schema((4,), "real"), ModelOptions(), {})
