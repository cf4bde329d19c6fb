"""The maximal sliced Wasserstein distance: above the mean one, and its maximum where that is known."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distances import MaxSlicedWasserstein, SlicedWasserstein
from lowerbound.errors import ConfigError
from tests.contracts import DistanceContract


class TestMaxSlicedWasserstein(DistanceContract):
    def make(self):
        return MaxSlicedWasserstein(3)


class TestOfOrderOne(DistanceContract):
    compiles = False

    def make(self):
        return MaxSlicedWasserstein(5, 4, 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("order", [1, 2])
def test_it_is_at_least_the_sliced_one(seed: int, order: int) -> None:
    torch.manual_seed(seed)
    x, y = torch.randn(20, 4, dtype=torch.float64), 1.5 * torch.randn(30, 4, dtype=torch.float64) + 0.2
    torch.manual_seed(seed)
    mean = SlicedWasserstein(10, order)(x, y)
    torch.manual_seed(seed)
    assert float(MaxSlicedWasserstein(1, 10, order)(x, y)) >= float(mean)


def test_of_a_shift_it_is_the_squared_shift_however_many_dimensions() -> None:
    torch.manual_seed(0)
    x = torch.randn(50, 10, dtype=torch.float64)
    torch.testing.assert_close(float(MaxSlicedWasserstein(50)(x, x + 0.5)), 10 * 0.25, rtol=1e-6, atol=0.0)


def test_ascent_finds_what_a_fine_grid_of_angles_finds() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(60, 2, dtype=torch.float64), torch.randn(60, 2, dtype=torch.float64)
    y = y * torch.tensor([2.0, 0.5])
    angle = torch.linspace(0, torch.pi, 2000, dtype=torch.float64)
    along = torch.stack([angle.cos(), angle.sin()])
    best = ((x @ along).sort(0).values - (y @ along).sort(0).values).square().mean(0).max()
    found = MaxSlicedWasserstein(40, 8)(x, y)
    torch.testing.assert_close(found, best, rtol=1e-3, atol=0.0)


def test_the_gradient_is_that_along_the_direction_found() -> None:
    torch.manual_seed(0)
    x = torch.randn(8, 3, dtype=torch.float64, requires_grad=True)
    shift = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    (gradient,) = torch.autograd.grad(MaxSlicedWasserstein(60)(x, x.detach() + shift), x)
    torch.testing.assert_close(gradient, (-2 * shift / 8).expand(8, 3), rtol=1e-5, atol=1e-5)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="steps"):
        MaxSlicedWasserstein(0)
    with pytest.raises(ConfigError, match="order"):
        MaxSlicedWasserstein(order=0)
