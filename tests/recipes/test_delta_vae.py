"""The recipe delta-vae."""

from __future__ import annotations

import pytest

from lowerbound.data import Schema
from lowerbound.recipes import delta_vae
from tests.estimators.small import small, table


def test_the_target_is_the_least_rate() -> None:
    for target, least in ((None, 1.0), (3.0, 3.0)):
        model = delta_vae.model(Schema((4,), "real"), delta_vae.options(target=target, latent=2), {})
        assert model.levels[0].posterior_.family.delta == least
    chosen = delta_vae.options(posterior="diagonal-normal")
    assert "Delta" not in repr(delta_vae.model(Schema((4,), "real"), chosen, {}))


@pytest.mark.parametrize("beta", [1.0, 100.0])
def test_no_weight_of_the_rate_brings_it_below(beta: float) -> None:
    vae = small(recipe="delta-vae", beta=beta, epochs=30, learning_rate=0.02, options={"target": 2.0}).fit(table())
    assert vae.evaluate(table(), samples=2).rate >= 2.0
