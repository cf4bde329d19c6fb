"""Factors through the estimator's door."""

from __future__ import annotations

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import disentanglement
from tests.estimators.small import labels, small, table


@pytest.mark.thorough
def test_a_data_set_brings_its_own_factors():
    data = lb.data.datasets.sprites(sizes=(3, 2, 2, 3, 3))
    vae = small(network="mlp").fit(data)
    found = vae.disentanglement(data)
    assert found.summary() == disentanglement(vae.transform(data), data.factors.values).summary()
    one = data.factors.only(["x"])
    named, plain = vae.disentanglement(data, one), vae.disentanglement(data, one.values)
    assert named.information.shape == (2, 1)
    assert named.summary() == plain.summary() != found.summary()


def test_factors_beside_an_array_of_a_conditional_model():
    vae = small(recipe="cvae").fit(table(), labels())
    factors = np.stack([np.arange(40) % 2, np.arange(40) % 4], 1)
    assert 0 <= vae.disentanglement(table(), factors, labels()).mutual_information_gap <= 1


def test_unknown_and_unfit_factors():
    vae = small().fit(table())
    with pytest.raises(DataError, match="factors of these rows are not known"):
        vae.disentanglement(table())
    with pytest.raises(ShapeError, match="Codes have shape"):
        vae.disentanglement(table(), np.arange(39) % 3)
