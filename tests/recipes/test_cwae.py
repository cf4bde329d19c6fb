"""The recipe cwae: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

from lowerbound.recipes import Task, cwae, vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = cwae.options()
    assert repr(cwae.objective(Task(options))) == "Distortion() + 1.0 * Match(CramerWold(log=True))"
    assert cwae.model is vae.model


def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("cwae") < 0.05
