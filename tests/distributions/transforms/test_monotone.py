"""Shift and scale of each entry."""

from __future__ import annotations

import torch

from lowerbound.distributions import MonotoneAffine


def test_it_is_undone_and_its_slope_is_right():
    raw = 3 * torch.randn(50, 4, 2).double()
    x = torch.randn(50, 4).double().requires_grad_()
    y, log_slope = MonotoneAffine(raw).forward(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(log_slope.exp(), slope, rtol=1e-12, atol=1e-12)
    back, same = MonotoneAffine(raw).inverse(y)
    torch.testing.assert_close(back, x, rtol=1e-9, atol=1e-9)
    assert torch.equal(same, log_slope)


def test_scales_are_bounded():
    for raw in (-1e3, 1e3):
        log_scale = MonotoneAffine(torch.full((1, 2), raw)).log_scale
        assert abs(float(log_scale)) == 3.0
