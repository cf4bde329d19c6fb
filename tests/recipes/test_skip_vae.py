"""The recipe skip-vae."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import Schema
from lowerbound.networks import MLP, SkipMLP
from lowerbound.recipes import skip_vae, vae
from tests.estimators.small import small, table


@pytest.mark.parametrize("shape", [(5,), (1, 6, 6)])
def test_its_decoder_reads_the_codes_in_every_layer(shape: tuple[int, ...]) -> None:
    model = skip_vae.model(Schema(shape, "binary"), skip_vae.options(latent=2, hidden=(8, 8)), {})
    assert isinstance(model.likelihood.network, SkipMLP)
    assert model.likelihood.network.hidden == (8, 8)
    assert isinstance(model.levels[0].posterior_.network, MLP)
    assert skip_vae.objective is vae.objective


def test_it_fits() -> None:
    assert np.isfinite(small(recipe="skip-vae").fit(table()).score(table()))
