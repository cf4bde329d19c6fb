"""The recipe sticking-the-landing: vae with another encoder gradient."""

from __future__ import annotations

from lowerbound.recipes import sticking_the_landing
from tests.recipes.bounds import correlated, is_the_vae_with, tells_the_true_elbo, trains


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(
        sticking_the_landing,
        "StickingTheLanding(beta=Linear(0.0, 1.0, 10))",
        samples_50="StickingTheLanding(beta=Linear(0.0, 1.0, 10), samples=50)",
    )


def test_it_trains() -> None:
    trains("sticking-the-landing", correlated(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("sticking-the-landing", correlated())
