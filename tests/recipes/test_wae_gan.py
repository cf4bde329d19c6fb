"""The recipe wae-gan: one code a row, held to the prior by a critic that knows its density."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lowerbound.errors import ConfigError
from lowerbound.estimators import Reconstruction
from lowerbound.recipes import vae, wae_gan
from tests.estimators.small import small, table
from tests.recipes.players import assert_apart, assert_resumes, critic_of, plan


def test_it_is_an_autoencoder_with_a_critic_that_knows_the_prior() -> None:
    assert wae_gan.model is vae.model
    assert wae_gan.options().posterior == "point"
    said = repr(plan(table(), recipe="wae-gan").objective)
    assert said.startswith("Distortion() + 10.0 * AdversarialMatch(MLP(((2,),), (1,)")
    assert said.endswith("prior_offset=True)")


def test_each_player_moves_by_its_own_loss() -> None:
    assert_apart(table(), ("model", "critic"), recipe="wae-gan")


def test_it_trains_repeats_itself_and_says_that_it_has_no_likelihood() -> None:
    made = small(recipe="wae-gan").fit(table())
    assert isinstance(made.evaluate(table()), Reconstruction)
    with pytest.raises(ConfigError, match="has no likelihood"):
        made.score_samples(table())
    np.testing.assert_array_equal(small(recipe="wae-gan").fit(table()).transform(table()), made.transform(table()))
    assert critic_of(table(), recipe="wae-gan") == critic_of(table(), recipe="wae-gan")


def test_a_crashed_run_goes_on_bit_for_bit_with_its_critic(tmp_path: Path) -> None:
    assert_resumes(table(), tmp_path, recipe="wae-gan")
