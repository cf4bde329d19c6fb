"""The recipe reweighted-wake-sleep: wake-sleep with weighted draws."""

from __future__ import annotations

from lowerbound.recipes import reweighted_wake_sleep
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(
        reweighted_wake_sleep,
        "WakeSleep(samples=5, weighted=True, awake=0.5)",
        samples_50="WakeSleep(samples=50, weighted=True, awake=0.5)",
    )


def test_it_trains() -> None:
    trains("reweighted-wake-sleep", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("reweighted-wake-sleep", correlated())
