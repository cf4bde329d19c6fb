"""Radial flows."""

from __future__ import annotations

import math

import torch

from lowerbound.distributions import RadialTransform
from tests.contracts import TransformContract


class TestRadial(TransformContract):
    raw_size = 5

    def make(self, raw):
        return RadialTransform(raw[..., :3], raw[..., 3:4], raw[..., 4:])


class TestOneDimension(TransformContract):
    size = 1
    raw_size = 3

    def make(self, raw):
        return RadialTransform(raw[..., :1], raw[..., 1:2], raw[..., 2:])


def test_the_formula_of_the_paper():
    centre, z = torch.randn(3).double(), torch.randn(3).double()
    step = RadialTransform(centre, torch.tensor([0.4], dtype=torch.float64), torch.tensor([-0.7], dtype=torch.float64))
    alpha, beta = 1.4, 1.4 * (math.exp(-0.7) - 1)
    r = (z - centre).norm()
    value, log_det = step.forward(z)
    h = 1 / (alpha + r)
    torch.testing.assert_close(value, z + beta * h * (z - centre), rtol=1e-12, atol=1e-12)
    exact = (1 + beta * h) ** 2 * (1 + beta * h - beta * h**2 * r)
    torch.testing.assert_close(log_det, exact.log(), rtol=1e-12, atol=1e-12)


def test_the_centre_stays_and_has_a_gradient():
    centre = torch.zeros(2).double().requires_grad_()
    step = RadialTransform(centre, torch.zeros(1).double(), torch.ones(1).double())
    for direction in (step.forward, step.inverse):
        value, log_det = direction(torch.zeros(2).double())
        assert torch.equal(value, torch.zeros(2).double())
        (gradient,) = torch.autograd.grad(value.sum() + log_det, centre)
        assert bool(gradient.isfinite().all())
