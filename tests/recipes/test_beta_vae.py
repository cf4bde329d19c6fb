"""The recipe beta-vae: vae with another beta."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.recipes import ModelOptions, Task, beta_vae, vae
from tests.estimators.small import small


def test_it_is_the_vae_with_a_heavier_rate() -> None:
    assert beta_vae.options().beta == 4.0
    assert beta_vae.options(beta=10.0).beta == 10.0
    assert beta_vae.model is vae.model
    assert repr(beta_vae.objective(Task(beta_vae.options(), 100))) == "ELBO(beta=Linear(0.0, 4.0, 10))"
    assert vae.options() == ModelOptions()


@pytest.mark.thorough
def test_a_heavier_rate_leaves_a_smaller_one() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 6)) + 0.3 * rng.normal(size=(200, 6))
    trained = {"epochs": 60, "batch_size": 100, "learning_rate": 0.02}
    rates = [small(recipe=name, **trained).fit(data).evaluate(data, samples=2).rate for name in ("vae", "beta-vae")]
    assert rates[1] < rates[0] - 0.5
