"""Row 94: precision and recall of sets with known overlap; identical sets give 1."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.metrics import precision_recall
from tests.metrics.two_sets import normals

FAR = 1e3


@pytest.mark.parametrize("d", [2, 50])
def test_identical_sets_have_one(d):
    x = normals(200, d)
    for y in (x, x.flip(0), x[torch.randperm(200, generator=torch.Generator().manual_seed(1))]):
        assert [found.value for found in precision_recall(x, y)] == [1.0, 1.0]
    bits = (x > 0).to(torch.uint8)
    assert [found.value for found in precision_recall(bits, bits)] == [1.0, 1.0]


def test_sets_apart_have_none():
    assert [found.value for found in precision_recall(normals(50), normals(60, seed=1, shift=FAR))] == [0.0, 0.0]


def test_precision_is_the_share_of_drawn_rows_on_the_manifold():
    """A quarter of the drawn rows are far away; the others are rows of the data."""
    x = normals(400, seed=1)
    precision, recall = precision_recall(x, torch.cat([x[:300], normals(100, seed=3, shift=FAR)]))
    assert precision.value == 0.75
    assert precision.error == pytest.approx(np.sqrt(0.75 * 0.25 / 400))
    assert 0.75 < recall.value <= 1


def test_recall_is_the_share_of_the_data_that_is_drawn():
    """The data are two Gaussians in equal parts; the drawn rows know one of them."""
    first, second = normals(300, seed=1), normals(300, seed=2, shift=FAR)
    precision, recall = precision_recall(torch.cat([first, second]), first)
    assert (precision.value, recall.value) == (1.0, 0.5)
    assert precision.name == "precision (pixels)"
    assert recall.name == "recall (pixels)"


def test_they_trade_places_with_the_sets():
    x, y = normals(100, seed=1), normals(90, seed=2, scale=0.5)
    (p, r), (q, s) = precision_recall(x, y), precision_recall(y, x)
    assert (p.value, r.value) == (s.value, q.value)
    assert p.value > r.value
    assert precision_recall(x + 1e4, y + 1e4)[1].value == r.value
