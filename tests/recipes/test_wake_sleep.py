"""The recipe wake-sleep: each half of the vae by its own phase."""

from __future__ import annotations

from lowerbound.recipes import wake_sleep
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(wake_sleep, "WakeSleep()", samples_50="WakeSleep(samples=50)")


def test_it_trains() -> None:
    trains("wake-sleep", correlated(), gain=0.5, epochs=50)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("wake-sleep", correlated())
