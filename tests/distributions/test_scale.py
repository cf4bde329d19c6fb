"""From a raw parameter to a scale."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.distributions import gentle_concentration, gentle_log


@given(st.floats(-1e6, 1e6))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_scale_is_exponential_between_two_slow_ends(raw):
    """Linear above zero, exponential below, and below -10 slowly again."""
    low = -10 - math.log1p(-10 - raw) if raw < -10 else raw
    expected = math.log1p(raw) if raw >= 0 else low
    assert gentle_log(torch.tensor(raw, dtype=torch.float64)).item() == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("where", [0.0, -10.0])
def test_value_and_slope_meet(where):
    raw = torch.tensor([where - 1e-6, where + 1e-6], dtype=torch.float64, requires_grad=True)
    value = gentle_log(raw)
    (slope,) = torch.autograd.grad(value.sum(), raw)
    assert value.tolist() == pytest.approx([where - 1e-6, where + 1e-6], abs=1e-11)
    assert slope.tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_the_slope_is_finite_everywhere():
    raw = torch.tensor([-1e30, -1.0, 0.0, 1.0, 1e30], requires_grad=True)
    (slope,) = torch.autograd.grad(gentle_log(raw).sum(), raw)
    assert bool(slope.isfinite().all())
    assert bool((slope[:4] > 0).all())


def test_a_concentration_is_one_at_zero_and_bounded_below():
    raw = torch.tensor([-1e30, -1e3, 0.0, 9.0], dtype=torch.float64)
    expected = [0.1 / 1.1, 0.1 / 1.1, 1.0, 10.1 / 1.1]
    assert gentle_concentration(raw, 0.1).tolist() == pytest.approx(expected, rel=1e-6)
