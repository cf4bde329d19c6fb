"""The recipe dip-vae: the covariance of posterior means."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.recipes import Task, dip_vae
from tests.estimators.small import small


def test_it_is_the_bound_and_the_covariance_of_means() -> None:
    made = dip_vae.objective(Task(dip_vae.options(), 100))
    assert repr(made) == "ELBO(beta=Linear(0.0, 1.0, 10)) + Linear(0.0, 10.0, 10) * DIP()"
    made = dip_vae.objective(Task(dip_vae.options(weight=3.0, warmup=0.0, samples=2), 100))
    assert repr(made) == "ELBO(samples=2) + 3.0 * DIP(samples=2)"


@pytest.mark.thorough
def test_codes_become_uncorrelated_and_of_unit_variance() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(300, 2)) @ np.array([[1.0, 0.8, 0.2], [0.0, 0.6, -1.0]]) + 0.1 * rng.normal(size=(300, 3))
    codes = small(recipe="dip-vae", epochs=60, batch_size=100, learning_rate=0.02).fit(data).transform(data)
    np.testing.assert_allclose(np.cov(codes.T), np.eye(2), atol=0.15)
