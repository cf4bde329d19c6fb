"""The recipe capacity-vae: the rate that one asks for."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.recipes import Task, capacity_vae
from tests.estimators.small import small


def test_the_capacity_is_reached_within_the_run() -> None:
    made = capacity_vae.objective(Task(capacity_vae.options(), 100))
    assert repr(made) == "Distortion() + Capacity(nats=Linear(0.0, 25.0, 50))"
    assert [schedule.needs for _, schedule in made.schedules()] == [50]
    made = capacity_vae.objective(Task(capacity_vae.options(weight=10.0, target=3.0, warmup=0.0, samples=2), 100))
    assert repr(made) == "Distortion(samples=2) + Capacity(gamma=10.0, nats=3.0, samples=2)"


def test_the_rate_is_what_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 4)) + 0.2 * rng.normal(size=(300, 4))
    model = small(
        recipe="capacity-vae", epochs=80, batch_size=100, learning_rate=0.01, 
        options={"target": 2.0, "ema": 0.0},
    ).fit(data)  # fmt: skip
    assert model.evaluate(data, samples=2).rate == pytest.approx(2.0, abs=0.3)
    assert model.history_[-1]["train/capacity"] == pytest.approx(2.0)
