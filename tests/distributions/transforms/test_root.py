"""Roots of increasing functions."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowerbound.distributions.transforms.root import STEPS, increasing_root


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_entry_finds_its_own_root(dtype):
    target = torch.linspace(-20, 20, 41, dtype=dtype)
    root = increasing_root(lambda v: (v + v**3 - target, 1 + 3 * v**2), -target.abs() - 1, target.abs() + 1)
    torch.testing.assert_close(root + root**3, target, rtol=0, atol=20 * torch.finfo(dtype).eps * 20)


def test_it_has_the_implicit_gradient():
    def root(a, b):
        return increasing_root(lambda v: (v + a * torch.tanh(v) - b, 1 + a / torch.cosh(v) ** 2), b - 9, b + 9)

    a = torch.rand(6).double().requires_grad_()
    b = torch.randn(6).double().requires_grad_()
    assert torch.autograd.gradcheck(root, (a, b))


def test_a_wide_bracket_is_no_trouble():
    target = torch.tensor(0.3).double()
    root = increasing_root(lambda v: (v - target, torch.ones_like(v)), target - 1e6, target + 1e6)
    assert float(root) == pytest.approx(float(target), abs=1e-12)


def counted(function, low, high):
    """Return the root and how often the function was asked."""
    asked = []

    def counting(v):
        asked.append(v)
        return function(v)

    return increasing_root(counting, low, high), len(asked)


@pytest.mark.parametrize(("along", "few"), [(-0.999, 30), (-0.5, 12), (0.0, 5), (1.0, 12), (30.0, 30)])
def test_a_saturating_push_is_undone_in_a_few_steps(along, few):
    v = torch.linspace(-8, 8, 161).double()
    target = v + along * torch.tanh(v)
    found, asked = counted(
        lambda v: (v + along * torch.tanh(v) - target, 1 + along / torch.cosh(v) ** 2),
        target - abs(along), target + abs(along),
    )  # fmt: skip
    torch.testing.assert_close(found + along * torch.tanh(found), target, rtol=0, atol=1e-13)
    assert asked <= few


@given(steep=st.floats(-6, 6), push=st.floats(-4, 4), shift=st.floats(-10, 10), seed=st.integers(0, 99))
def test_any_step_is_undone_however_steep(steep, push, shift, seed):
    steep, push = math.copysign(10 ** (abs(steep) - 2), steep), math.copysign(10 ** (abs(push) - 2), push)
    if steep * push < 0:
        push = -0.999 / steep
    v = torch.randn(20, generator=torch.Generator().manual_seed(seed)).double()
    target = v + push * torch.tanh(steep * v + shift)

    def excess(v):
        side = torch.tanh(steep * v + shift)
        return v + push * side - target, 1 + push * steep * (1 - side**2)

    found, asked = counted(excess, target - abs(push), target + abs(push))
    scale = 1 + abs(push)
    torch.testing.assert_close(excess(found)[0], torch.zeros(20).double(), rtol=0, atol=1e-9 * scale)
    assert asked <= STEPS + 1
