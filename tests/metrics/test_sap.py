"""Rows 84 to 86 for the separated attribute predictability."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.errors import ShapeError
from lowerbound.metrics import sap
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, SIZES, TWICE, grid, noise

KNOWN = float(np.mean([1 - 1 / size for size in SIZES]))


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED], ids=["perfect", "permuted"])
def test_a_perfect_code_has_what_its_sizes_say(codes):
    assert sap(codes, FACTORS) == pytest.approx(KNOWN, abs=1e-12)
    assert sap(codes, FACTORS, ordered=True) == pytest.approx(1.0, abs=1e-12)
    mixed = (2 / 3 + 3 / 4 + 1 + 1) / 4
    assert sap(codes, FACTORS, ordered=[False, False, True, True]) == pytest.approx(mixed, abs=1e-12)


def test_latents_that_are_there_twice_are_not_separated():
    assert sap(TWICE, FACTORS) == sap(TWICE, FACTORS, ordered=True) == 0.0


def test_a_random_code_has_none():
    factors = np.random.default_rng(1).integers(4, size=(20_000, 3))
    assert 0 <= sap(noise(20_000), factors) < 0.02
    assert 0 <= sap(noise(20_000), factors, ordered=True) < 0.02


def test_a_large_factor_has_bins_enough():
    factors = grid(40, 2)
    assert sap(factors.astype(float), factors) == pytest.approx((39 / 40 + 1 / 2) / 2, abs=1e-12)


def test_balanced_accuracy_counts_values_alike():
    v = np.array([0] * 90 + [1] * 10)
    assert sap(v[:, None] * 1.0, v) == pytest.approx(0.5)
    assert sap(np.zeros((100, 1)), v) == 0.0


def test_ordered_is_one_for_each_factor():
    with pytest.raises(ShapeError, match="2 entries for 4 factors"):
        sap(PERFECT, FACTORS, ordered=[True, False])
