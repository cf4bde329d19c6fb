"""Drawn rows against data, and data against data, through the estimator's door."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import ConfigError, DataError
from lowerbound.metrics import Features, trained_features
from tests.estimators.small import labels, pictures, small, table

X = table(300)


@pytest.fixture(scope="module")
def good() -> lb.VAE:
    """A model of two correlated columns that is nearly right."""
    return small(epochs=60, n_components=2, hidden=(16,), learning_rate=2e-2, batch_size=50).fit(table(400, seed=5))


@pytest.fixture(scope="module")
def near(good):
    """The distances of the good model."""
    return good.distances(X)


@pytest.mark.thorough
def test_a_good_model_is_near_and_a_poor_one_is_far(near):
    assert near.rows == 150
    assert near.features == "standardised columns"
    poor = lb.VAE(2, hidden=(8,), epochs=2, compile="no", random_state=0).fit(5 * table(400, seed=5))
    far = poor.distances(X)
    assert far.model.mmd.p_value == far.model.energy.p_value == 1 / 200
    assert far.model.classifier.p_value < 1e-3
    for name in ("mmd", "energy", "frechet"):
        assert getattr(far.model, name).value > 3 * abs(getattr(near.model, name).value)
    assert far.model.coverage.value < near.model.coverage.value
    assert [gap.name for gap in near.gaps] == ["z"]


@pytest.mark.thorough
def test_data_against_data_is_the_same_distribution(near):
    found = near.data
    assert found.mmd.p_value > 0.01
    assert found.energy.p_value > 0.01
    assert found.classifier.p_value > 0.01
    assert abs(found.kernel.value) < 4 * found.kernel.error
    assert found.coverage.value > 0.8


def test_columns_have_no_units(good, near):
    """The same model in other units: everything is the same."""
    scale = Features("mine", lambda x: 1e3 * x)
    mine = good.distances(X, features=scale)
    assert mine.model.frechet.name == "Frechet distance (mine)"
    assert mine.model.frechet.value > 1e4 * near.model.frechet.value


def test_means_have_no_noise(good, near):
    """The spread of means is less than that of drawn values: the noise of p(x | z) is missing."""
    means = good.distances(X, mean=True)
    assert means.data == near.data
    assert means.model.coverage.value < near.model.coverage.value


def test_a_seed_fixes_it_and_the_generator_is_left_alone(good):
    state = torch.get_rng_state()
    first, second = (good.distances(X, samples=40) for _ in range(2))
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    assert good.distances(X, samples=40, random_state=1).model != first.model
    assert torch.equal(torch.get_rng_state(), state)
    assert first.rows == 40


@pytest.mark.thorough
def test_a_conditional_model_draws_under_the_conditions_of_the_rows():
    y = labels(120)
    x = table(120) + 50 * (y == "eel")[:, None]
    vae = small(recipe="cvae", epochs=60, learning_rate=1e-2).fit(x, y)
    assert vae.distances(x, y).model.frechet.value < 0.5 * vae.distances(x, np.full(120, "cat")).model.frechet.value
    with pytest.raises(ConfigError, match="conditional"):
        vae.distances(x)


@pytest.mark.thorough
def test_images_by_pixels_or_by_a_classifier():
    x = pictures(1, 8, 8, rows=50, support="binary")
    vae = small().fit(x)
    assert vae.distances(x).features == "pixels"
    by = trained_features(x, np.arange(50) % 2, name="noise", epochs=1)
    found = vae.distances(x, features=by)
    assert found.model.precision.name == "precision (LeNet trained on noise, seed 0)"


def test_a_model_without_a_likelihood_has_them_too():
    found = small(recipe="rae-l2", epochs=5).fit(X).distances(X, samples=30)
    assert found.to_json()["aggregate_gaps"][0]["kl"]["value"] is None
    assert np.isfinite(found.gaps[0].sliced.value)
    assert np.isfinite(found.model.frechet.value)


def test_too_few_rows_are_refused(good):
    with pytest.raises(DataError, match="at least 40 rows; got 39"):
        good.distances(X[:39])
