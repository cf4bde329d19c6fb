"""The recipe ae: codes, reconstructions and samples, and no likelihood."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import Schema
from lowerbound.posteriors import Point
from lowerbound.recipes import Task, ae
from tests.estimators.small import small, table


def test_it_is_the_distortion_of_codes_without_noise() -> None:
    options = ae.options(latent=2)
    model = ae.model(Schema((4,), "real"), options, {})
    assert isinstance(model.levels[0].posterior_.family, Point)
    assert repr(ae.objective(Task(options, 100))) == "Distortion()"
    assert options.prior_after == "NormalMixture(components=10)"


@pytest.mark.thorough
def test_a_linear_one_finds_the_plane_that_principal_components_find() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2)) @ rng.normal(size=(2, 5)) + 0.05 * rng.normal(size=(120, 5))
    vae = small(recipe="ae", hidden=(), epochs=500, batch_size=120, learning_rate=0.05, options={"ema": 0.0}).fit(x)
    centred = x - x.mean(0)
    least = (np.linalg.svd(centred, compute_uv=False)[2:] ** 2).sum() / x.size
    assert least <= vae.squared_error(x).mean() < 1.2 * least


def test_samples_follow_the_codes_and_not_the_prior_of_training() -> None:
    rng = np.random.default_rng(1)
    x = 5 * rng.integers(0, 2, size=(200, 1)) + 0.1 * rng.normal(size=(200, 3))
    vae = small(recipe="ae", epochs=60, batch_size=100, learning_rate=0.01, n_components=1).fit(x)
    near = np.abs(vae.sample(500, random_state=0, mean=True)[:, :1] - np.array([[0.0, 5.0]])).min(1)
    assert np.mean(near < 1.0) > 0.9


def test_it_fits_a_table() -> None:
    vae = small(recipe="ae").fit(table(60))
    assert "prior_after" in vae.facts_
    assert "NormalMixture" in vae.spec_["model"]
