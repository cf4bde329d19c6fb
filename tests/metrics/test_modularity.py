"""Rows 84 and 85 for modularity."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lowerbound.metrics import modularity
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, TWICE, grid


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED, TWICE], ids=["perfect", "permuted", "twice"])
def test_a_perfect_code_has_one(codes):
    assert modularity(codes, FACTORS) == pytest.approx(1.0, abs=1e-9)


def test_a_latent_of_two_factors_has_none():
    factors = grid(2, 2)
    both = (factors @ [1, 2])[:, None] * 1.0
    assert modularity(both, factors) == pytest.approx(0.0, abs=1e-12)
    assert modularity(np.concatenate([both, factors], 1), factors) == pytest.approx(2 / 3, abs=1e-12)


def test_a_known_value():
    """A latent of all of v (log 4) and of half of w (log 2), out of two factors: 1 - (1 / 2)^2."""
    factors = np.array([[v, v // 2] for v in range(4)] * 5)
    share = math.log(2) / math.log(4)
    assert modularity(factors[:, :1] * 1.0, factors) == pytest.approx(1 - share**2)


def test_what_never_changes_is_left_out():
    flat = np.zeros((len(FACTORS), 1))
    assert modularity(np.concatenate([PERFECT, flat], 1), FACTORS) == pytest.approx(1.0, abs=1e-9)
    assert modularity(flat, FACTORS) == 0.0
    assert modularity(PERFECT[:, :1], FACTORS[:, :1]) == 1.0
