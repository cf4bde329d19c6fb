"""Explicitness of codes whose values a line can, and cannot, cut out."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.metrics import explicitness
from tests.metrics.tables import MANY, noise


@pytest.mark.thorough
def test_values_with_latents_of_their_own_are_explicit():
    codes = np.concatenate([np.eye(size)[MANY[:, k]] for k, size in enumerate((2, 3, 4, 5))], 1)
    assert explicitness(codes, MANY) == 1.0
    assert explicitness(-codes[:, ::-1] * 3.0, MANY) == 1.0
    turned = codes @ np.linalg.qr(noise(14, 14))[0]
    assert explicitness(turned, MANY) == 1.0


def test_a_middle_value_on_a_line_is_not():
    thirds = np.arange(600)[:, None] % 3
    assert explicitness(thirds * 1.0, thirds) == pytest.approx(2 / 3, abs=0.1)


def test_a_random_code_is_not():
    assert abs(explicitness(noise(4000), np.arange(4000) % 2)) < 4 * 2 * np.sqrt(1 / (12 * 250))


def test_it_is_seeded():
    codes = MANY + noise(len(MANY), 4)
    one, same, other = (explicitness(codes, MANY, seed=seed) for seed in (0, 0, 1))
    assert one == same != other


def test_a_value_too_rare_to_be_held_is_left_out():
    rare = np.array([1] + [0] * 39)
    assert explicitness(noise(40), rare) == 0.0
