"""The squared MMD: its closed form for normal distributions, and its kernel."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import mmd_test
from tests.metrics.two_sets import normals


def gaussian_mean(variance: float, shift: float, d: int) -> float:
    """E exp(-|u|^2 / 2) for u ~ N(shift, variance I)."""
    return (1 + variance) ** (-d / 2) * math.exp(-0.5 * d * shift**2 / (1 + variance))


def test_the_closed_form_of_two_normals():
    """With the median known, MMD^2 = 2 E k(x, x') - 2 E k(x, y) in closed form."""
    d, n, shift = 3, 1500, 0.6
    x, y = normals(n, d, 1), normals(n, d, 2, shift=shift)
    pooled = torch.cat([x, y])
    i, j = torch.triu_indices(2 * n, 2 * n, 1)
    median = float((pooled[i] - pooled[j]).square().sum(1).median())
    truth = np.mean(
        [
            2 * gaussian_mean(2 / (s * median), 0.0, d)
            - 2 * gaussian_mean(2 / (s * median), shift / math.sqrt(s * median), d)
            for s in (0.25, 1.0, 4.0)
        ]
    )
    found = mmd_test(x, y, permutations=19)
    assert found.value == pytest.approx(truth, abs=4 * found.error)
    assert found.error < 0.15 * truth


def test_it_does_not_depend_on_scale_or_place():
    x, y = normals(30), normals(40, seed=1, shift=0.3)
    found, other = mmd_test(x, y), mmd_test(100 + 7 * x, 100 + 7 * y)
    assert other.value == pytest.approx(found.value, rel=1e-8)
    assert other.p_value == found.p_value


def test_one_width_is_the_textbook():
    x, y = torch.zeros(2, 1).double(), torch.ones(2, 1).double()
    # The median squared distance of different rows that are not equal is 1.
    found = mmd_test(x, y, permutations=19, widths=(1.0,))
    assert found.value == pytest.approx(2 - 2 * math.exp(-0.5))
