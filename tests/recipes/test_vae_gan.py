"""The recipe vae-gan: a critic of rows, whose features say what is similar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.estimators import Reconstruction
from lowerbound.likelihoods import Bernoulli, DiscretizedLogistic, Normal
from lowerbound.objectives import VAEGAN
from tests.estimators.small import bits, pictures, small, table
from tests.recipes.players import assert_apart, assert_resumes, critic_of, plan

PLAYERS = ("model.levels", "model.likelihood", "critic")


def test_images_get_convolutions_and_vectors_hidden_layers() -> None:
    said = repr(plan(table(), recipe="vae-gan").objective)
    assert said.startswith("VAEGAN(Discriminator(Standardized(MLP(((4,),), (128,)")
    said = repr(plan(pictures(1, 8, 8), recipe="vae-gan", weight=0.5).objective)
    assert said.startswith("VAEGAN(Discriminator(Standardized(ConvFeatures(((1, 8, 8),)), shift=127.5, unit=127.5)")
    assert "gamma=0.5" in said


def test_the_critic_sees_rows_on_a_scale_near_one() -> None:
    objective = plan(table(), recipe="vae-gan").objective
    assert isinstance(objective, VAEGAN)
    seen = objective.critic.get_submodule("body")
    assert seen.get_buffer("buffer_shift").tolist() == pytest.approx(table().mean(0).tolist(), rel=0.2)
    assert bool((seen.get_buffer("buffer_unit") != 1.0).all())


@pytest.mark.parametrize(
    ("data", "changed", "family"),
    [
        (pictures(1, 8, 8), {}, Normal),
        (pictures(1, 8, 8), {"likelihood": "discretized-logistic"}, DiscretizedLogistic),
        (bits(), {}, Bernoulli),
    ],
    ids=["levels", "as-asked", "bits"],
)
def test_the_likelihood_is_one_with_a_cheap_mean(data: np.ndarray, changed: dict[str, str], family: type) -> None:
    assert type(plan(data, recipe="vae-gan", **changed).model.likelihood.family) is family


def test_what_it_makes_of_levels_is_within_their_range() -> None:
    made = small(recipe="vae-gan", epochs=4, learning_rate=0.1).fit(pictures(1, 8, 8))
    drawn = made.fitted_.sample(50, None, 0, mean=True)
    assert 0 <= float(drawn.min()) < float(drawn.max()) <= 255


@pytest.mark.parametrize("data", [table(), pictures(1, 8, 8)], ids=["table", "pictures"])
def test_each_player_moves_by_its_own_loss(data: np.ndarray) -> None:
    assert_apart(data, PLAYERS, recipe="vae-gan")


@pytest.mark.parametrize("data", [table(), bits(), pictures(3, 8, 9)], ids=["table", "bits", "pictures"])
def test_it_trains_repeats_itself_and_says_that_it_has_no_likelihood(data: np.ndarray) -> None:
    made = small(recipe="vae-gan").fit(data)
    said = made.evaluate(data)
    assert isinstance(said, Reconstruction)
    assert "VAEGAN" in said.unbounded
    with pytest.raises(ConfigError, match="has no likelihood"):
        made.score_samples(data)
    torch.manual_seed(5)
    np.testing.assert_array_equal(small(recipe="vae-gan").fit(data).transform(data), made.transform(data))
    assert critic_of(data, recipe="vae-gan") != critic_of(data, recipe="vae-gan", seed=1)


def test_a_crashed_run_goes_on_bit_for_bit_with_its_critic(tmp_path: Path) -> None:
    assert_resumes(table(), tmp_path, recipe="vae-gan")


@pytest.mark.slow
def test_a_compiled_step_trains_it() -> None:
    made = small(recipe="vae-gan", compile="yes", epochs=1).fit(pictures(1, 8, 8))
    assert made.facts_["compiled"] == "yes"
