"""The recipe ms-ssim-vae: images compared by structure."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.errors import ConfigError
from lowerbound.estimators import Reconstruction
from lowerbound.recipes import Task, ms_ssim_vae, vae_gan
from tests.estimators.small import pictures, small, table
from tests.recipes.players import plan


def test_the_similarity_stands_for_a_sum_over_entries() -> None:
    assert ms_ssim_vae.model is vae_gan.model
    made = plan(pictures(3, 8, 8), recipe="ms-ssim-vae", beta="Linear(0.0, 0.5, 2)")
    assert repr(made.objective) == "192.0 * MultiScaleSimilarity(data_range=255.0) + Linear(0.0, 0.5, 2) * Rate()"
    binary = plan(pictures(1, 8, 8, support="binary"), recipe="ms-ssim-vae", weight=5.0, warmup=0.0).objective
    assert repr(binary) == "5.0 * MultiScaleSimilarity(data_range=1.0) + 1.0 * Rate()"


def test_vectors_and_images_without_a_range_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"compares images .* shape \(4,\)\. Use recipe='vae'"):
        plan(table(), recipe="ms-ssim-vae")
    with pytest.raises(ConfigError, match="images of a known range"):
        plan(pictures(1, 8, 8, support="real"), recipe="ms-ssim-vae")
    with pytest.raises(ConfigError, match="images of a known range"):
        ms_ssim_vae.objective(Task(ms_ssim_vae.options(), model=plan(pictures(1, 8, 8)).model))


@pytest.mark.thorough
def test_it_trains_and_says_that_it_has_no_likelihood() -> None:
    data = pictures(1, 22, 22, rows=2)[np.arange(16) % 2]
    settings = {"recipe": "ms-ssim-vae", "epochs": 20, "options": {"round_steps": 20}}
    still, moving = (small(**settings, learning_rate=rate).fit(data) for rate in (1e-9, 0.01))
    losses = [made.history_[-1]["train/loss/model"] for made in (still, moving)]
    assert losses[1] < 0.8 * losses[0]
    said = moving.evaluate(data)
    assert isinstance(said, Reconstruction)
    assert "MultiScaleSimilarity" in said.unbounded
    with pytest.raises(ConfigError, match="has no likelihood"):
        moving.score_samples(data)
