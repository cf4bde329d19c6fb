"""Rational-quadratic splines."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import MonotoneSpline


def spline(scale=1.0, entries=20, bins=6, dtype=torch.float64):
    return MonotoneSpline(scale * torch.randn(entries, 3 * bins - 1, dtype=dtype))


@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
def test_its_slope_is_that_of_autograd(scale):
    x = (3 * torch.randn(100, 20).double()).requires_grad_()
    y, log_slope = spline(scale).forward(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(log_slope, slope.log(), rtol=0, atol=1e-8)


@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
def test_it_is_undone(scale):
    of = spline(scale)
    x = 3 * torch.randn(100, 20).double()
    y, log_slope = of.forward(x)
    back, same = of.inverse(y)
    torch.testing.assert_close(back, x, rtol=0, atol=1e-6)
    torch.testing.assert_close(same, log_slope, rtol=0, atol=1e-5)


def test_it_rises_and_joins_the_identity():
    of = spline(2.0)
    x = torch.linspace(-8, 8, 5001).double()[:, None].expand(-1, 20)
    y = of.forward(x)[0]
    assert bool((y.diff(dim=0) > 0).all())
    knots, heights = of.forward(of.x.T)[0], of.y.T
    torch.testing.assert_close(knots, heights, rtol=0, atol=1e-9)
    beside = of.forward(of.x.T - 1e-9)[0]
    torch.testing.assert_close(beside, heights, rtol=0, atol=1e-4)
    outside = x.abs() >= 5
    assert torch.equal(y[outside], x[outside])


def test_zeros_are_the_identity():
    x = torch.linspace(-6, 6, 101).double()[:, None]
    y, log_slope = MonotoneSpline(torch.zeros(1, 11).double()).forward(x)
    torch.testing.assert_close(y, x, rtol=0, atol=1e-12)
    torch.testing.assert_close(log_slope, torch.zeros_like(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [20.0, 1e3])
def test_extreme_parameters_stay_finite(size):
    raw = (size * torch.randn(50, 17)).requires_grad_()
    x = torch.randn(200, 50)
    for direction in ("forward", "inverse"):
        y, log_slope = getattr(MonotoneSpline(raw), direction)(x)
        assert bool(y.isfinite().all())
        assert bool(log_slope.isfinite().all())
        (gradient,) = torch.autograd.grad(y.sum() + log_slope.sum(), raw)
        assert not bool(gradient.isnan().any())
