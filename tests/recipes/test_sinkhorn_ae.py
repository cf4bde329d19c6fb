"""The recipe sinkhorn-ae: the distortion and a distance of the codes from the prior."""

from __future__ import annotations

import pytest

from lowerbound.recipes import Task, sinkhorn_ae, vae
from tests.recipes.codes_of import from_prior


def test_it_is_a_sum() -> None:
    options = sinkhorn_ae.options()
    assert repr(sinkhorn_ae.objective(Task(options))) == "Distortion() + 10.0 * Match(Sinkhorn())"
    assert sinkhorn_ae.model is vae.model


@pytest.mark.thorough
def test_it_brings_the_codes_to_the_prior() -> None:
    assert from_prior("sinkhorn-ae") < 0.05
