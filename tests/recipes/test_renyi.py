"""The recipe renyi: vae on a Rényi bound."""

from __future__ import annotations

from lowerbound.recipes import renyi
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(renyi, "Renyi(0.5, 5)", samples_50="Renyi(0.5, 50)")


def test_it_trains() -> None:
    trains("renyi", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("renyi", correlated())
