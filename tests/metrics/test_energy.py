"""The energy distance: closed forms, and the distance for training."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.distances import Energy
from lowerbound.metrics import energy_test
from tests.metrics.two_sets import normals


def test_it_is_the_distance_for_training():
    x, y = normals(30, 4), normals(50, 4, 1, shift=0.2)
    assert energy_test(x, y, permutations=19).value == pytest.approx(float(Energy()(x, y)), rel=1e-6)


def test_the_closed_form_of_two_normals_on_the_line():
    """E|N(m, s^2)| = s sqrt(2 / pi) exp(-m^2 / 2 s^2) + m erf(m / s sqrt 2)."""

    def mean(m: float, variance: float) -> float:
        s = math.sqrt(variance)
        return s * math.sqrt(2 / math.pi) * math.exp(-(m**2) / (2 * variance)) + m * math.erf(m / (s * math.sqrt(2)))

    truth = 2 * mean(0.8, 1 + 4) - mean(0, 2) - mean(0, 8)
    found = energy_test(normals(1500, 1, 1), normals(1200, 1, 2, shift=0.8, scale=2.0), permutations=19)
    assert found.value == pytest.approx(truth, abs=4 * found.error)
    assert found.error < 0.2 * truth


def test_far_from_zero_it_keeps_its_digits():
    x, y = normals(20, 3), normals(20, 3, 1, shift=1.0)
    assert energy_test(x + 1e5, y + 1e5).value == pytest.approx(energy_test(x, y).value, rel=1e-6)
    assert energy_test(
        torch.zeros(3, 2), torch.tensor([3.0, 4.0]).expand(3, 2), permutations=19
    ).value == pytest.approx(10.0)
