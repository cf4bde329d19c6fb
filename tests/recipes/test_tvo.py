"""The recipe tvo: vae on the thermodynamic bound."""

from __future__ import annotations

from lowerbound.recipes import tvo
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(tvo, "Thermodynamic(10)", samples_50="Thermodynamic(50)")


def test_it_trains() -> None:
    trains("tvo", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("tvo", correlated())
