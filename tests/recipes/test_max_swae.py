"""The recipe max-swae: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

import pytest

from lowerbound.recipes import Task, max_swae, vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = max_swae.options()
    assert repr(max_swae.objective(Task(options))) == "Distortion() + 10.0 * Match(MaxSlicedWasserstein())"
    assert max_swae.model is vae.model


@pytest.mark.thorough
def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("max-swae") < 0.05
