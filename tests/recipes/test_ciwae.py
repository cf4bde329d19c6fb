"""The recipe ciwae: vae on a bound between two."""

from __future__ import annotations

from lowerbound.recipes import ciwae
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(ciwae, "CIWAE(5, beta=0.05)", samples_50="CIWAE(50, beta=0.05)")


def test_it_trains() -> None:
    trains("ciwae", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("ciwae", correlated())
