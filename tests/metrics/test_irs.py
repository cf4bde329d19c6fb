"""Rows 84 to 86 for the interventional robustness score."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.metrics import irs
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, TWICE, grid, noise


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED, TWICE], ids=["perfect", "permuted", "twice"])
def test_a_perfect_code_has_one(codes):
    assert irs(codes, FACTORS) == pytest.approx(1.0, abs=1e-12)


def test_a_sum_of_two_factors_is_moved_by_half():
    """While one of two coins is held, their sum deviates by 1/2 of at most 1."""
    factors = grid(2, 2)
    assert irs(factors.sum(1, keepdims=True) * 1.0, factors) == pytest.approx(0.5)
    assert irs(noise(len(FACTORS)), FACTORS) < 0.6


def test_one_odd_row_does_not_decide():
    codes = np.repeat(PERFECT[:, :1], 2, 0)
    factors = np.repeat(FACTORS, 2, 0)
    odd = codes.copy()
    odd[5] += 1.0
    assert irs(odd, factors) > irs(odd, factors, quantile=1.0)


def test_a_latent_that_never_changes_takes_no_part():
    flat = np.full((len(FACTORS), 1), 0.1)
    assert irs(np.concatenate([PERFECT, flat], 1), FACTORS) == pytest.approx(1.0)
    assert irs(flat, FACTORS) == 0.0
