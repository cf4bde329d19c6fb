"""The recipe cubo: an upper bound for the encoder."""

from __future__ import annotations

from lowerbound.recipes import cubo
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(cubo, "CUBO(samples=10)", samples_50="CUBO(samples=50)")


def test_it_trains() -> None:
    trains("cubo", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("cubo", correlated())
