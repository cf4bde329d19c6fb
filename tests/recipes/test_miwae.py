"""The recipe miwae: vae on the mean of eight bounds."""

from __future__ import annotations

from lowerbound.recipes import miwae
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(miwae, "MIWAE(64, groups=8)", samples_50="MIWAE(400, groups=8)")


def test_it_trains() -> None:
    trains("miwae", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("miwae", correlated())
