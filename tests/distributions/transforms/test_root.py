"""Roots of increasing functions."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions.transforms.root import increasing_root


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
