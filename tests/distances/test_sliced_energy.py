"""The sliced energy distance is a multiple of the energy distance."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.distances import Energy, SlicedEnergy
from lowerbound.errors import ConfigError
from tests.contracts import DistanceContract


class TestSlicedEnergy(DistanceContract):
    def make(self):
        return SlicedEnergy()


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize(("n", "m"), [(20, 20), (7, 12), (1, 3)])
def test_in_one_dimension_it_is_the_energy_distance(n: int, m: int, unbiased: bool) -> None:
    x, y = torch.randn(n, 1, dtype=torch.float64), 1.0 + torch.randn(m, 1, dtype=torch.float64)
    torch.testing.assert_close(SlicedEnergy(2, unbiased)(x, y), Energy(unbiased)(x, y))


@pytest.mark.parametrize("d", [2, 3, 10])
def test_its_mean_over_directions_is_a_known_multiple(d: int) -> None:
    torch.manual_seed(0)
    x, y = torch.randn(30, d, dtype=torch.float64), 0.5 + torch.randn(40, d, dtype=torch.float64)
    values = torch.stack([SlicedEnergy(20)(x, y) for _ in range(100)])
    factor = math.gamma(d / 2) / (math.sqrt(math.pi) * math.gamma((d + 1) / 2))
    assert abs(float(values.mean()) - factor * float(Energy()(x, y))) < 4 * float(values.std()) / 100**0.5


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="projections"):
        SlicedEnergy(0)
