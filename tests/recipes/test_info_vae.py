"""The recipe info-vae: the three parts and their weights."""

from __future__ import annotations

import pytest

from lowerbound.recipes import Task, info_vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum_of_three() -> None:
    made = info_vae.objective(Task(info_vae.options(), 100))
    assert repr(made) == "Distortion() + Linear(0.0, 0.5, 10) * Rate() + 100.0 * Match(MMD(kernel='rbf'))"
    bare = info_vae.objective(Task(info_vae.options(beta=0.0, weight=7.0)))
    assert repr(bare) == "Distortion() + 0.0 * Rate() + 7.0 * Match(MMD(kernel='rbf'))"


@pytest.mark.thorough
def test_the_weight_brings_the_codes_to_the_prior() -> None:
    assert from_prior("info-vae") < 0.5 * from_prior("info-vae", weight=0.0)
