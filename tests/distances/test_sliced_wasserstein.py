"""Sliced Wasserstein distances against sorting and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import wasserstein_distance

from lowerbound.distances import SlicedWasserstein
from lowerbound.errors import ConfigError
from tests.contracts import DistanceContract


class TestSlicedWasserstein(DistanceContract):
    def make(self):
        return SlicedWasserstein()


class TestOfOrderOne(DistanceContract):
    compiles = False

    def make(self):
        return SlicedWasserstein(20, 1)


@pytest.mark.parametrize(("n", "m"), [(20, 20), (20, 21), (12, 30), (1, 7)])
def test_in_one_dimension_it_is_scipy_s(n: int, m: int) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n), 1.0 + 2.0 * rng.normal(size=m)
    ours = SlicedWasserstein(3, 1)(torch.as_tensor(x)[:, None], torch.as_tensor(y)[:, None])
    np.testing.assert_allclose(float(ours), wasserstein_distance(x, y), rtol=1e-12)


def test_unequal_numbers_of_draws_are_as_if_each_were_repeated() -> None:
    x, y = torch.randn(6, 2, dtype=torch.float64), torch.randn(4, 2, dtype=torch.float64)
    torch.manual_seed(0)
    ours = SlicedWasserstein()(x, y)
    torch.manual_seed(0)
    torch.testing.assert_close(ours, SlicedWasserstein()(x.repeat(2, 1), y.repeat(3, 1)))


def test_between_shifted_normals_it_is_the_squared_shift_by_the_dimension() -> None:
    """The draws of one are those of the other moved, so only directions are random."""
    torch.manual_seed(0)
    x = torch.randn(50, 10, dtype=torch.float64)
    values = torch.stack([SlicedWasserstein(1)(x, x + 0.5) for _ in range(2000)])
    assert abs(float(values.mean()) - 0.25) < 4 * float(values.std()) / 2000**0.5


def test_between_normals_it_is_the_integral_over_angles() -> None:
    first, second = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, -0.3], [-0.3, 1.5]])

    def along(angle: float) -> float:
        t = np.array([math.cos(angle), math.sin(angle)])
        return (math.sqrt(t @ first @ t) - math.sqrt(t @ second @ t)) ** 2

    exact = quad(along, 0, math.pi)[0] / math.pi
    torch.manual_seed(0)
    n = 4000
    roots = [torch.linalg.cholesky(torch.as_tensor(c)) for c in (first, second)]
    values = torch.stack(
        [SlicedWasserstein(20)(*(torch.randn(n, 2, dtype=torch.float64) @ r.T for r in roots)) for _ in range(40)]
    )
    # Draws stand for the normals: an excess of the order of 1 / n remains.
    assert abs(float(values.mean()) - exact) < 4 * float(values.std()) / 40**0.5 + 10 / n


def test_equal_draws_have_no_distance() -> None:
    x = torch.randn(9, 3)
    assert float(SlicedWasserstein()(x, x.flip(0))) == 0.0


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="projections"):
        SlicedWasserstein(0)
    with pytest.raises(ConfigError, match="order"):
        SlicedWasserstein(order=0.5)
