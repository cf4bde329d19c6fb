"""Which number chooses the weights."""

from __future__ import annotations

from lowerbound.training.judging import judged

NUMBERS = {"mean_squared_error": 4.0, "distortion": 3.0, "elbo": -2.0, "log_likelihood": -1.0, "loss": 5.0}


def test_a_bound_is_the_tightest_that_there_is() -> None:
    known = dict(NUMBERS)
    found = []
    for name in ("log_likelihood", "elbo", "distortion", "mean_squared_error"):
        found.append(judged("bound", known))
        del known[name]
    assert found == [-1.0, -2.0, -3.0, -4.0]
    assert judged("bound", known) is None


def test_a_loss_is_better_when_it_is_less() -> None:
    assert judged("loss", NUMBERS) == -5.0
    assert judged("loss", {"elbo": -2.0}) is None


def test_nothing_judges_a_game() -> None:
    assert judged("nothing", NUMBERS) is None
