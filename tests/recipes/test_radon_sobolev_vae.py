"""The recipe radon-sobolev-vae: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

from lowerbound.recipes import Task, radon_sobolev_vae, vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = radon_sobolev_vae.options()
    assert repr(radon_sobolev_vae.objective(Task(options))) == "Distortion() + 10.0 * Match(Energy())"
    assert radon_sobolev_vae.model is vae.model


def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("radon-sobolev-vae") < 0.05
