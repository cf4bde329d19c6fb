"""Distances to neighbours, against scikit-learn, and rows that are equal."""

from __future__ import annotations

import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from lowerbound.errors import ConfigError
from lowerbound.metrics import pairwise
from lowerbound.metrics.neighbours import neighbour_radii, ratios_to_radii
from tests.metrics.two_sets import normals


@pytest.mark.parametrize("budget", [2**22, 100])
def test_radii_are_those_of_scikit_learn(budget, monkeypatch):
    monkeypatch.setattr(pairwise, "BUDGET", budget)
    x = normals(50, 3)
    distances, _ = NearestNeighbors(n_neighbors=4).fit(x.numpy()).kneighbors()
    for k in (1, 4):
        assert neighbour_radii(x, k).sqrt().numpy() == pytest.approx(distances[:, k - 1])


def test_equal_rows_are_at_the_edge_of_balls_without_extent():
    x = torch.tensor([[0.1, 0.7]]).double().expand(6, 2) * 1.1
    radii = neighbour_radii(x, 3)
    ((_, ratios),) = ratios_to_radii(x, radii, x)
    assert (ratios == 1).all()
    ((_, ratios),) = ratios_to_radii(x, radii, x + 1e-3)
    assert (ratios > 1).all()


@pytest.mark.parametrize("k", [0, 5])
def test_as_many_neighbours_as_there_are(k):
    with pytest.raises(ConfigError, match="from 1 to 4"):
        neighbour_radii(normals(5), k)
