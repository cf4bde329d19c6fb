"""The recipe dip-vae-ii: the covariance of the aggregate posterior."""

from __future__ import annotations

import numpy as np

from lowerbound.recipes import Task, dip_vae, dip_vae_ii
from tests.estimators.small import small, table


def test_it_is_the_bound_and_the_covariance_of_the_aggregate() -> None:
    made = dip_vae_ii.objective(Task(dip_vae_ii.options(), 100))
    expected = "ELBO(beta=Linear(0.0, 1.0, 10)) + Linear(0.0, 10.0, 10) * DIP(version='ii', diagonal=1.0)"
    assert repr(made) == expected
    assert dip_vae_ii.paper == dip_vae.paper


def test_it_trains() -> None:
    X = table()
    assert np.isfinite(small(recipe="dip-vae-ii").fit(X).evaluate(X, samples=10).elbo)
