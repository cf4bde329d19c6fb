"""What recipes share that match the codes to the prior."""

from __future__ import annotations

from lowerbound.distances import Energy
from lowerbound.recipes import ModelOptions, Task
from lowerbound.recipes.matching import matching
from tests.recipes.codes_of import from_prior


def test_the_weight_is_the_user_s_where_there_is_one() -> None:
    chosen = matching(Energy, 3.0)
    assert repr(chosen(Task(ModelOptions()))) == "Distortion() + 3.0 * Match(Energy())"
    given = Task(ModelOptions(weight=0.5, samples=2))
    assert repr(chosen(given)) == "Distortion(samples=2) + 0.5 * Match(Energy(), samples=2)"


def test_each_model_has_its_own() -> None:
    chosen, task = matching(Energy, 3.0), Task(ModelOptions())
    assert chosen(task) is not chosen(task)


def test_without_a_weight_codes_are_far_from_the_prior() -> None:
    assert from_prior("wae-mmd", weight=0.0) > 0.1
