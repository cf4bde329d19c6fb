"""The recipe wae-mmd: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

import pytest

from lowerbound.recipes import Task, vae, wae_mmd
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = wae_mmd.options()
    assert repr(wae_mmd.objective(Task(options))) == "Distortion() + 10.0 * Match(MMD())"
    assert wae_mmd.model is vae.model


@pytest.mark.thorough
def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("wae-mmd") < 0.05
