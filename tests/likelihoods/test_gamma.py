"""Positive data."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference

from lowerbound.likelihoods import Gamma
from tests.contracts import LikelihoodContract


class Positive(LikelihoodContract):
    def reference(self, p):
        a = p.params["concentration"]
        return reference.Independent(reference.Gamma(2 * a, 2 * p.params["log_rate"].exp()), len(p.event_shape))


class TestFeature(Positive):
    def make(self):
        return Gamma((2, 2))


class TestNetwork(Positive):
    def make(self):
        return Gamma((2,), concentration="network")


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_calibration_is_a_change_of_units(scale):
    mean, std = torch.tensor([2.0, 0.5]).double(), torch.tensor([1.0, 2.0]).double()
    plain, scaled = Gamma((2,)).double(), Gamma((2,)).double()
    plain.calibrate(mean, std)
    scaled.calibrate(scale * mean, scale * std)
    params, x = torch.randn(5, 2).double(), torch.rand(5, 2).double() + 0.1
    expected = plain(params).log_prob(x) - 2 * torch.tensor(scale).double().log()
    torch.testing.assert_close(scaled(params).log_prob(scale * x), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_the_ends_of_the_support(dtype):
    info = torch.finfo(dtype)
    family = Gamma((4,), concentration="network").to(dtype)
    params = torch.tensor([[0.5] * 4, [-0.5] * 4], dtype=dtype, requires_grad=True)
    # The first is what a number too small for the dtype is stored as.
    log_p = family(params).log_density(torch.tensor([0.0, info.tiny, 1.0, 1e30], dtype=dtype))
    (slope,) = torch.autograd.grad(log_p.sum(), params)
    assert bool(log_p.isfinite().all())
    assert bool(slope.isfinite().all())


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_single_precision_keeps_large_concentrations(size):
    values = torch.linspace(0.9, 1.1, 41)
    log_ps = []
    for dtype in (torch.float32, torch.float64):
        family = Gamma((1,)).to(dtype)
        family.calibrate(torch.full((1,), 3e5).to(dtype), torch.full((1,), 3e5 / size**0.5).to(dtype))
        log_ps.append(family(torch.zeros(1).to(dtype)).log_density((3e5 * values).to(dtype)[:, None]).double())
    torch.testing.assert_close(*log_ps, rtol=2e-5, atol=2e-3)
