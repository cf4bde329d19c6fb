"""The recipe swae: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

from lowerbound.recipes import Task, swae, vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = swae.options()
    assert repr(swae.objective(Task(options))) == "Distortion() + 10.0 * Match(SlicedWasserstein())"
    assert swae.model is vae.model


def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("swae") < 0.05
