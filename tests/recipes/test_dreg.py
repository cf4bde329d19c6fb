"""The recipe dreg: the importance-weighted bound with a better encoder gradient."""

from __future__ import annotations

from lowerbound.recipes import dreg
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(dreg, "DReG(5)", samples_50="DReG(50)")


def test_it_trains() -> None:
    trains("dreg", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("dreg", correlated())
