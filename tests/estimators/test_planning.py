"""What a fit will do: every choice made, nothing done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lowerbound.core.storage import sha256
from lowerbound.data import Dataset, from_arrays
from lowerbound.errors import ConfigError
from lowerbound.estimators.planning import make_plan
from lowerbound.runs import Settings
from tests.estimators.small import bits, pictures, table

TINY = {"latent": 2, "hidden": (8,), "epochs": 4, "compile": "no", "precision": "float32", "batch_size": 18}


def settings(**changed: Any) -> Settings:
    """Settings of a run of eight steps."""
    return Settings.make(**{**TINY, **changed})


def data() -> Dataset:
    """The table, split."""
    return from_arrays(table()).split(valid=0.1, test=0.0, seed=0)


def test_a_plan_makes_every_choice() -> None:
    plan = make_plan(data(), Settings.make(epochs=2))
    assert plan.settings.train.batch_size == 36
    assert plan.settings.train.learning_rate is not None
    assert plan.total == 2
    assert plan.facts()["likelihood"] == "Normal"
    assert plan.facts()["steps"] == "2 of 36 rows"
    assert "parameters" in plan.facts()["model"]
    assert not plan.conditional


def test_a_plan_is_the_model_that_is_trained_and_repeats_itself() -> None:
    first, second = (make_plan(data(), settings()).model for _ in range(2))
    assert sha256(first.state_dict()) == sha256(second.state_dict())
    other = make_plan(data(), settings(seed=1)).model
    assert sha256(first.state_dict()) != sha256(other.state_dict())


def test_a_plan_knows_the_data_s_statistics() -> None:
    x, _ = data().rows("train")
    plan = make_plan(data(), settings())
    network = plan.model.levels[0].posterior_.network
    assert network.buffer_shift.numpy() == pytest.approx(x.numpy().mean(0), rel=1e-5)
    assert network.buffer_unit.numpy() == pytest.approx(x.numpy().std(0), rel=1e-5)


def test_a_plan_touches_no_generator() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    make_plan(data(), settings(encoder="MLP(((4,),), (2, 2))", beta="Linear(0.0, 1.0, 2)"))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("beta", "says"), [("3", "no schedule"), ("IWAE(2)", "no schedule"), ("Linear(0", "Cannot read")]
)
def test_a_beta_that_is_no_schedule(beta: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        make_plan(data(), settings(beta=beta))


def test_a_schedule_that_cannot_finish_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs 9 steps; this run has 8"):
        make_plan(data(), settings(beta="Linear(0.0, 1.0, 9)"))
    assert make_plan(data(), settings(beta="Linear(0.0, 1.0, 8)")).total == 8


def solved(**changed: Any) -> Settings:
    """Settings of a recipe that is not trained."""
    return Settings.make(recipe="ppca", latent=2, **changed)


def test_a_plan_to_solve_takes_all_rows_at_most_a_thousand_times() -> None:
    plan = make_plan(data(), solved())
    assert plan.solved
    assert (plan.total, plan.settings.train.batch_size) == (1000, 36)
    assert plan.facts()["steps"] == "at most 1,000 of 36 rows"
    assert make_plan(data(), solved(epochs=7)).total == 7
    assert not make_plan(data(), settings()).solved


@pytest.mark.parametrize("x", [bits(), pictures(1, 4, 4), pictures(3, 4, 4, support="real")])
def test_a_solved_model_gives_densities_whatever_the_data(x: np.ndarray) -> None:
    dataset = from_arrays(x, image="CHW" if x.ndim == 4 else None).split(test=0.0)
    plan = make_plan(dataset, solved())
    assert (plan.schema.support, plan.schema.levels, plan.schema.shape) == ("real", None, dataset.schema.shape)
    assert not plan.schema.discrete


def test_grey_levels_that_would_be_drawn_anew_are_taken_as_they_are() -> None:
    dataset = from_arrays(pictures(1, 4, 4), image="CHW", binarize="dynamic").split(test=0.0)
    schema = make_plan(dataset, solved()).schema
    assert (schema.support, schema.binarize) == ("real", None)
    assert make_plan(dataset, settings(network="mlp")).schema == dataset.schema


def test_a_setting_says_what_is_minimised() -> None:
    plan = make_plan(data(), settings(objective="Distortion() + 0.5 * Rate(site='z')"))
    assert repr(plan.objective) == "Distortion() + 0.5 * Rate(site='z')"


def test_what_is_minimised_is_an_objective() -> None:
    with pytest.raises(ConfigError, match="is no objective: say what is minimised"):
        make_plan(data(), settings(objective="Linear(0.0, 1.0, 9)"))
