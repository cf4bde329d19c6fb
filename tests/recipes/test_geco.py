"""The recipe geco."""

from __future__ import annotations

from lowerbound.recipes import Task, geco
from tests.estimators.small import small, table


def test_it_is_the_rate_under_a_constraint_on_the_error() -> None:
    assert repr(geco.objective(Task(geco.options(), 100))) == "Rate() + GECO(0.1, unit='rmse')"
    task = Task(geco.options(target=0.5, samples=2), 100)
    assert repr(geco.objective(task)) == "Rate(samples=2) + GECO(0.5, unit='rmse', samples=2)"


def test_it_fits_and_logs_its_multiplier() -> None:
    vae = small(recipe="geco", options={"target": 2.0}).fit(table())
    assert {"train/multiplier_distortion", "train/constraint_distortion"} <= set(vae.history_[-1])
