"""The recipe free-bits."""

from __future__ import annotations

from lowerbound.recipes import Task, free_bits
from tests.estimators.small import small, table


def test_it_is_the_distortion_beside_a_rate_with_an_allowance() -> None:
    assert repr(free_bits.objective(Task(free_bits.options(), 100))) == "Distortion() + FreeBits(nats=0.25)"
    task = Task(free_bits.options(target=1.5, samples=3), 100)
    assert repr(free_bits.objective(task)) == "Distortion(samples=3) + FreeBits(nats=1.5, samples=3)"


def test_latents_that_would_be_unused_carry_their_allowance() -> None:
    trained = {
        "n_components": 3,
        "epochs": 200,
        "learning_rate": 0.02,
        "valid_fraction": 0.0,
        "options": {"ema": 0.0, "target": 0.7},
    }
    found = small(recipe="free-bits", **trained).fit(table()).diagnose(table())
    assert (found.kl_per_dim > 0.5).all()
