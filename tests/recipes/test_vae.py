"""The recipe vae: beta rises to its value, and stays."""

from __future__ import annotations

import pytest

from lowerbound.core import Cyclical, Linear, Progress
from lowerbound.data import Schema
from lowerbound.models import VAE
from lowerbound.objectives import ELBO
from lowerbound.recipes import ModelOptions, Task, elbo, vae


@pytest.mark.parametrize(
    ("options", "total", "spec"),
    [
        ({}, 1000, "ELBO(beta=Linear(0.0, 1.0, 100))"),
        ({"warmup": 0.5}, 10, "ELBO(beta=Linear(0.0, 1.0, 5))"),
        ({"warmup": 0.0}, 1000, "ELBO()"),
        ({"beta": 2.0}, 1000, "ELBO(beta=Linear(0.0, 2.0, 100))"),
        ({"beta": 0.0}, 1000, "ELBO(beta=0.0)"),
        ({"samples": 3}, 1, "ELBO(samples=3)"),
    ],
)
def test_warm_up_is_a_part_of_the_run(options: dict[str, float], total: int, spec: str) -> None:
    assert repr(elbo(Task(ModelOptions(**options), total))) == spec


def test_a_schedule_is_taken_as_it_is() -> None:
    schedule = Cyclical(0.0, 1.0, 50)
    made = elbo(Task(ModelOptions(beta=repr(schedule)), 1000, schedule=schedule))
    assert isinstance(made, ELBO)
    assert made.beta is schedule


@pytest.mark.parametrize("total", [1, 2, 7, 100, 12345])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5, 1.0])
def test_the_warm_up_always_ends_within_the_run(total: int, warmup: float) -> None:
    objective = elbo(Task(ModelOptions(beta=4.0, warmup=warmup), total))
    assert all(schedule.needs <= total for _, schedule in objective.schedules())
    assert objective.weights(Progress(step=total))["beta"] == 4.0


def test_the_model_is_flat_and_unconditional() -> None:
    model = vae.model(Schema((4,), "real", classes=("a", "b")), ModelOptions(latent=3, hidden=(4,)), {})
    assert isinstance(model, VAE)
    assert [level.name for level in model.levels] == ["z"]
    assert not vae.conditional
    assert model.sample(2)["x"].value.shape == (2, 4)


def test_linear_is_the_warm_up() -> None:
    assert isinstance(elbo(Task(ModelOptions(), 100)).beta, Linear)
