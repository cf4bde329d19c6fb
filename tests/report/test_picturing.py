"""Coordinates and scales of the pictures."""

from __future__ import annotations

import numpy as np
import torch

from lowerbound.data import Dataset, Schema, from_arrays
from lowerbound.report.picturing import Showing, extremes, latent_map


def test_principal_components_are_those_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    codes = np.random.default_rng(0).normal(size=(50, 5)) * [5, 1, 3, 1, 1]
    latent = latent_map(codes, from_arrays(np.random.default_rng(1).normal(size=(50, 2))))
    expected = PCA(2).fit(codes)
    np.testing.assert_allclose(np.abs(latent.points), np.abs(expected.transform(codes)), atol=1e-8)
    np.testing.assert_allclose(latent.explained, expected.explained_variance_ratio_.sum())


def test_fewer_rows_than_dimensions_still_have_a_map() -> None:
    latent = latent_map(np.ones((1, 4)), from_arrays(np.random.default_rng(1).normal(size=(1, 2))))
    assert latent.points.tolist() == [[0, 0]]
    assert latent.explained == 1.0


def test_real_images_use_most_of_their_range() -> None:
    x = torch.linspace(-3, 5, 1000).reshape(10, 1, 10, 10)
    showing = Showing.of(Schema((1, 10, 10), "real"), Dataset(x, Schema((1, 10, 10), "real")))
    shown = showing.rows(x)
    assert -0.01 < shown.min() < 0.01
    assert 0.99 < shown.max() < 1.01
    assert np.array_equal(showing.made(x), shown)


def test_probabilities_of_stored_levels_and_of_the_model_meet() -> None:
    showing = Showing(Schema((2,), "binary", levels=256, binarize="dynamic"))
    assert showing.rows(torch.tensor([[0, 255]])).tolist() == [[0, 1]]
    assert showing.made(np.array([[0.25, 1.0]])).tolist() == [[0.25, 1.0]]


def test_one_row_has_no_ranking() -> None:
    data = from_arrays(np.ones((1, 2)) / 3)
    assert extremes(data, np.array([-1.0]), Showing(data.schema)) is None
