"""Errors by leaving out groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics.estimate import grouped_error
from tests.metrics.two_sets import normals


def difference(x, y):
    return float(x.mean() - y.mean())


def test_the_error_of_a_difference_of_means():
    found = [grouped_error(difference, normals(60, 1, 2 * s), normals(90, 1, 2 * s + 1), seed=s) for s in range(300)]
    assert math.sqrt(np.mean(np.square(found))) == pytest.approx(math.sqrt(1 / 60 + 1 / 90), rel=0.1)


def test_two_calls_agree_and_leave_the_generator_alone():
    state = torch.get_rng_state()
    x, y = normals(30), normals(25, seed=1)
    assert grouped_error(difference, x, y, seed=2) == grouped_error(difference, x, y, seed=2)
    assert grouped_error(difference, x, y, seed=2) != grouped_error(difference, x, y, seed=3)
    assert torch.equal(torch.get_rng_state(), state)
