"""Rows 79 and 94: the Frechet distance of known moments, and of itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import frechet_distance
from tests.metrics.two_sets import normals, with_moments

FIRST = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
SECOND = torch.tensor([[1.0, -0.3], [-0.3, 1.5]], dtype=torch.float64)


def test_the_number():
    x = with_moments(50, torch.tensor([1.0, -1.0]).double(), FIRST, 1)
    y = with_moments(80, torch.zeros(2).double(), SECOND, 2)
    assert frechet_distance(x, y).value == pytest.approx(2.463471190, abs=1e-9)
    assert frechet_distance(y, x).value == pytest.approx(2.463471190, abs=1e-9)


@pytest.mark.parametrize("d", [1, 5, 60])
def test_zero_on_itself(d):
    """Also where there are fewer rows than dimensions."""
    x = 3 + normals(40, d)
    assert abs(frechet_distance(x, x).value) < 1e-8 * d
    assert abs(frechet_distance(x, x.flip(0)).value) < 1e-8 * d


def test_two_gaussians_with_known_distance():
    """N(0, I) and N(1, 4 I) in three dimensions: 3 + 3 (2 - 1)^2."""
    found = frechet_distance(normals(4000, 3, 1), normals(5000, 3, 2, shift=1.0, scale=2.0))
    assert found.value == pytest.approx(6.0, abs=4 * found.error)
    assert 0 < found.error < 0.3


def test_the_error_is_that_of_repeated_draws():
    found = [
        frechet_distance(normals(100, 2, 2 * s), normals(150, 2, 2 * s + 1, shift=0.7), seed=s) for s in range(200)
    ]
    assert math.sqrt(np.mean([f.error**2 for f in found])) == pytest.approx(np.std([f.value for f in found]), rel=0.2)


def test_too_few_rows_for_an_error_have_none():
    assert math.isnan(frechet_distance(normals(19), normals(30, seed=1)).error)
