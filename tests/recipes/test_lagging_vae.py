"""The recipe lagging-vae."""

from __future__ import annotations

from lowerbound.recipes import Task, lagging_vae
from tests.estimators.small import small, table


def test_it_is_the_bound_whose_encoder_is_trained_ahead() -> None:
    task = Task(lagging_vae.options(samples=2), 100)
    assert repr(lagging_vae.objective(task)) == "Lagging(ELBO(beta=Linear(0.0, 1.0, 10), samples=2))"


def test_it_fits_and_logs_the_information() -> None:
    vae = small(recipe="lagging-vae").fit(table())
    assert {"train/mutual_information", "train/aggressive", "train/elbo"} <= set(vae.history_[-1])
