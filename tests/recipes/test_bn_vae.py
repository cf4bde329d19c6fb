"""The recipe bn-vae."""

from __future__ import annotations

from lowerbound.recipes import bn_vae, vae
from tests.estimators.small import small, table


def test_it_is_the_vae_with_normalised_means() -> None:
    assert bn_vae.options().posterior == "batch-norm-normal"
    assert bn_vae.options(posterior="BatchNormNormal(gamma=0.5)").posterior == "BatchNormNormal(gamma=0.5)"
    assert bn_vae.model is vae.model


def test_a_heavy_rate_does_not_collapse_it() -> None:
    trained = {"beta": 50.0, "epochs": 60, "learning_rate": 0.02, "valid_fraction": 0.0, "options": {"ema": 0.0}}
    found = small(recipe="bn-vae", **trained).fit(table()).diagnose(table())
    assert found.kl_per_dim.sum() > 0.9 * 0.6**2  # half the square of gamma, for each of two dimensions
    assert found.active_units == 2
