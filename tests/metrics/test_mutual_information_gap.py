"""Rows 84 to 88 for the mutual information gap and the information that it is made of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lowerbound.metrics import code_information, factor_entropy, mutual_information_gap
from tests.metrics.tables import FACTORS, PERFECT, PERMUTED, SIZES, TWICE, noise


@pytest.mark.parametrize("codes", [PERFECT, PERMUTED], ids=["perfect", "permuted"])
def test_a_perfect_code_has_one(codes):
    assert mutual_information_gap(codes, FACTORS) == pytest.approx(1.0, abs=1e-12)


def test_latents_that_are_there_twice_have_no_gap():
    assert mutual_information_gap(TWICE, FACTORS) == 0.0


def test_a_random_code_has_none():
    factors = np.random.default_rng(1).integers(5, size=(20_000, 3))
    assert 0 <= mutual_information_gap(noise(20_000), factors) < 0.02


def test_information_is_that_of_enumeration():
    """Codes of whole numbers fall into bins of their own: the histogram is the joint distribution."""
    rng = np.random.default_rng(3)
    v = rng.integers(4, size=(500, 2))
    z = (v.sum(1) + rng.integers(3, size=500))[:, None] * np.array([1, 2])
    expected = np.zeros((2, 2))
    for j, k in np.ndindex(2, 2):
        pairs, counts = np.unique(np.stack([z[:, j], v[:, k]], 1), axis=0, return_counts=True)
        for (a, b), count in zip(pairs, counts, strict=True):
            p, p_a, p_b = count / 500, (z[:, j] == a).mean(), (v[:, k] == b).mean()
            expected[j, k] += p * math.log(p / (p_a * p_b))
    np.testing.assert_allclose(code_information(z, v), expected, rtol=0, atol=1e-12)


def test_entropy_of_a_whole_grid():
    np.testing.assert_allclose(factor_entropy(FACTORS), np.log(SIZES), rtol=1e-12)


def test_twenty_bins_of_equal_width():
    uniform = (np.arange(2000)[:, None] + 0.5) / 2000
    halves = (uniform > 0.5).astype(int)
    assert code_information(uniform, halves)[0, 0] == pytest.approx(math.log(2), abs=1e-9)
    assert code_information(uniform, halves, bins=1)[0, 0] == 0.0
    fine = np.arange(2000) // 50
    assert code_information(uniform, fine)[0, 0] == pytest.approx(math.log(20), abs=1e-2)


def test_one_latent_has_no_rival():
    assert mutual_information_gap(PERFECT[:, :1], FACTORS[:, :1]) == pytest.approx(1.0, abs=1e-12)


def test_the_bias_of_a_histogram_is_as_said():
    """Independent latents and factors: the mean over many of them is (20 - 1) (5 - 1) / (2 n)."""
    rng = np.random.default_rng(0)
    found = code_information(rng.random((2000, 40)), rng.integers(5, size=(2000, 10)))
    error = found.std() / math.sqrt(40)
    assert abs(found.mean() - 19 * 4 / 4000) < 4 * error
