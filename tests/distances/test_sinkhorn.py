"""Sinkhorn against exact assignment."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from lowerbound.distances import Sinkhorn
from lowerbound.errors import ConfigError
from tests.contracts import DistanceContract


class TestSinkhorn(DistanceContract):
    def make(self):
        return Sinkhorn(iterations=4)


class TestBiased(DistanceContract):
    compiles = False

    def make(self):
        return Sinkhorn(0.5, 10, debiased=False)


@pytest.mark.thorough
@pytest.mark.parametrize("debiased", [True, False])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_without_entropy_it_is_the_best_assignment(seed: int, debiased: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(12, 3, generator=generator, dtype=torch.float64) + i for i in range(2))
    cost = (x[:, None] - y).square().sum(-1).numpy()
    exact = cost[linear_sum_assignment(cost)].mean()
    np.testing.assert_allclose(float(Sinkhorn(1e-3, 1000, debiased)(x, y)), exact, rtol=1e-3)


def test_the_value_is_the_transport_cost_and_entropy_of_the_best_plan() -> None:
    x, y = torch.randn(2, 6, 2, dtype=torch.float64)
    cost, epsilon = (x[:, None] - y).square().sum(-1), 1.0
    plan = torch.exp(-cost / epsilon)
    for _ in range(500):
        plan = plan / plan.sum(1, keepdim=True) / 6
        plan = plan / plan.sum(0) / 6
    exact = (plan * cost).sum() + epsilon * (plan * (36 * plan).log()).sum()
    torch.testing.assert_close(Sinkhorn(epsilon, 200, debiased=False)(x, y), exact)


def test_the_gradient_is_the_plan_s() -> None:
    x = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    y = torch.randn(5, 2, dtype=torch.float64)
    distance = Sinkhorn(3.0, 300)
    (found,) = torch.autograd.grad(distance(x, y), x)
    step = torch.zeros_like(x)
    step[2, 1] = 1e-5
    with torch.no_grad():
        slope = (distance(x + step, y) - distance(x - step, y)) / 2e-5
    torch.testing.assert_close(found[2, 1], slope, rtol=1e-6, atol=1e-8)


def test_more_iterations_come_from_below() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(2, 20, 2, dtype=torch.float64)
    values = [float(Sinkhorn(0.1, k, debiased=False)(x, y + 1)) for k in (5, 20, 400)]
    assert values == sorted(values)


def test_a_large_epsilon_gives_the_distance_of_means() -> None:
    x, y = torch.randn(2, 30, 2, dtype=torch.float64)
    shift = (x.mean(0) - y.mean(0)).square().sum()
    torch.testing.assert_close(Sinkhorn(1e5)(x, y), shift, rtol=1e-3, atol=1e-6)


def test_equal_draws_have_no_distance() -> None:
    x = torch.randn(20, 3, dtype=torch.float64)
    assert abs(float(Sinkhorn()(x, x.flip(0)))) < 1e-9


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="epsilon"):
        Sinkhorn(0.0)
    with pytest.raises(ConfigError, match="iterations"):
        Sinkhorn(iterations=0)
