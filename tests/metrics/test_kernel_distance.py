"""Row 79: the kernel distance has the right mean, zero for equal distributions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from lowerbound.metrics import kernel_distance
from tests.metrics.two_sets import normals


def test_by_loops():
    x, y = normals(6, 3, 1), normals(8, 3, 2, shift=0.5)
    k = lambda a, b: float(a @ b / 3 + 1) ** 3  # noqa: E731
    value = (
        np.mean([k(a, b) for a, b in itertools.permutations(x, 2)])
        + np.mean([k(a, b) for a, b in itertools.permutations(y, 2)])
        - 2 * np.mean([k(a, b) for a in x for b in y])
    )
    assert kernel_distance(x, y).value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("rows", [5, 20])
def test_its_mean_is_zero_for_equal_distributions_whatever_the_number_of_rows(rows):
    found = [kernel_distance(normals(rows, 3, 2 * s), normals(rows + 3, 3, 2 * s + 1)).value for s in range(600)]
    assert abs(np.mean(found)) < 4 * np.std(found) / math.sqrt(600)


def test_its_mean_is_right_for_unequal_ones():
    """On the line, E (xy + 1)^3 is a polynomial of the moments: 3 (m1 - m2)^2 + 3 (v1 - v2)^2 + (t1 - t2)^2."""
    shift, scale = 0.5, 1.2
    second = scale**2 + shift**2
    third = shift**3 + 3 * shift * scale**2
    truth = 3 * shift**2 + 3 * (second - 1) ** 2 + third**2
    pairs = [(normals(20, 1, 2 * s), normals(25, 1, 2 * s + 1, shift=shift, scale=scale)) for s in range(800)]
    values = [kernel_distance(x, y).value for x, y in pairs]
    assert np.mean(values) == pytest.approx(truth, abs=4 * float(np.std(values)) / math.sqrt(len(values)))
    assert kernel_distance(*pairs[0]).name == "kernel distance (pixels)"
