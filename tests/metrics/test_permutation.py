"""Row 78: a permutation test rejects as often as it says, and more often where there is a difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.metrics import energy_test, mmd_test, permutation_test
from tests.metrics.two_sets import normals

TESTS = 400


@pytest.mark.thorough
@pytest.mark.parametrize("test", [mmd_test, energy_test], ids=["mmd", "energy"])
def test_the_size_is_five_percent(test):
    p = np.array(
        [
            test(normals(12, seed=2 * s), normals(16, seed=2 * s + 1), permutations=99, seed=s).p_value
            for s in range(TESTS)
        ]
    )
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)
    for level in (0.1, 0.25, 0.5):
        assert (p <= level).mean() == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / TESTS))


@pytest.mark.parametrize("test", [mmd_test, energy_test], ids=["mmd", "energy"])
def test_a_difference_is_found(test):
    shifted = [test(normals(40, seed=s), normals(40, seed=s + 99, shift=0.7), seed=s).p_value for s in range(20)]
    scaled = [test(normals(80, seed=s), normals(80, seed=s + 99, scale=2.0), seed=s).p_value for s in range(20)]
    assert np.mean(np.array(shifted) <= 0.05) > 0.8
    assert np.mean(np.array(scaled) <= 0.05) > 0.8


@pytest.mark.parametrize("test", [mmd_test, energy_test], ids=["mmd", "energy"])
def test_two_calls_agree_and_leave_the_generator_alone(test):
    state = torch.get_rng_state()
    x, y = normals(20), normals(30, seed=1)
    assert test(x, y, seed=3) == test(x, y, seed=3)
    assert test(x, y, seed=3).p_value != test(x, y, seed=4, permutations=997).p_value
    assert torch.equal(torch.get_rng_state(), state)


def test_ties_count_against_a_difference():
    """Rows that are all equal tell nothing: p is one."""
    found = permutation_test(lambda a, b: a @ b.T, torch.ones(5, 2).double(), torch.ones(6, 2).double(), 19)
    assert found.p_value == 1.0
    assert found.to_json() == {
        "name": "distance", "value": pytest.approx(0.0), "error": pytest.approx(0.0), "p_value": 1.0,
        "permutations": 19,
    }  # fmt: skip


def test_too_few_permutations_are_refused():
    with pytest.raises(ConfigError, match="permutations=18"):
        energy_test(normals(5), normals(5), permutations=18)
