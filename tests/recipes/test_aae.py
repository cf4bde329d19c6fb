"""The recipe aae: a critic of codes in the place of the rate."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from lowerbound.recipes import Task, aae, vae
from tests.estimators.small import bits, pictures, small, table
from tests.recipes.players import assert_apart, assert_resumes, critic_of, plan


def test_it_is_the_vae_with_a_critic_of_codes() -> None:
    assert aae.model is vae.model
    objective = plan(table(), recipe="aae", weight=3.0, latent=3).objective
    assert repr(objective) == (
        "Distortion() + 3.0 * AdversarialMatch(MLP(((3,),), (1,), hidden=(256, 256), nonlinearity='leaky_relu'))"
    )
    model = plan(table(), recipe="aae").model
    assert "10.0 * AdversarialMatch" in repr(aae.objective(Task(aae.options(), model=model)))


def test_each_player_moves_by_its_own_loss() -> None:
    assert_apart(table(), ("model", "critic"), recipe="aae")


def test_critics_are_seeded() -> None:
    assert critic_of(table(), recipe="aae") == critic_of(table(), recipe="aae")
    assert critic_of(table(), recipe="aae") != critic_of(table(), recipe="aae", seed=1)
    torch.manual_seed(0)
    first = small(recipe="aae").fit(table()).transform(table())
    torch.manual_seed(1)
    np.testing.assert_array_equal(small(recipe="aae").fit(table()).transform(table()), first)


@pytest.mark.parametrize("data", [table(), bits(), pictures(1, 8, 8)], ids=["table", "bits", "pictures"])
def test_it_trains_and_says_its_bound(data: np.ndarray) -> None:
    made = small(recipe="aae").fit(data)
    assert math.isfinite(made.evaluate(data, samples=2).elbo)
    assert math.isfinite(made.history_[-1]["train/loss/critic"])


def test_a_crashed_run_goes_on_bit_for_bit_with_its_critic(tmp_path: Path) -> None:
    assert_resumes(table(), tmp_path, recipe="aae")


@pytest.mark.slow
def test_a_compiled_step_trains_it() -> None:
    made = small(recipe="aae", compile="yes", epochs=1).fit(table())
    assert made.facts_["compiled"] == "yes"
