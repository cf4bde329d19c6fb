"""The normal with independent coordinates. Rows 21 and 93 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import DiagonalNormal, kl_per_dimension
from tests.contracts import agreement

numbers = st.floats(-3, 3)


def pair(*lead: int) -> tuple[DiagonalNormal, DiagonalNormal]:
    return tuple(DiagonalNormal(*torch.randn(2, *lead).double()) for _ in range(2))


def as_torch(p: DiagonalNormal) -> reference.Independent:
    return reference.Independent(reference.Normal(p.mean, p.stddev), p.event_dim_)


def test_the_known_divergence():
    q = DiagonalNormal(torch.ones(1).double(), torch.full((1,), math.log(0.5), dtype=torch.float64))
    p = DiagonalNormal(torch.zeros(1).double(), torch.zeros(1).double())
    assert float(kl_divergence(q, p)) == pytest.approx(0.818147180560, abs=1e-12)


@given(numbers, numbers, numbers, numbers)
@settings(max_examples=40, derandomize=True, deadline=None)
def test_kl_is_torchs(a, s, b, t):
    q = DiagonalNormal(torch.tensor([a], dtype=torch.float64), torch.tensor([s], dtype=torch.float64))
    p = DiagonalNormal(torch.tensor([b], dtype=torch.float64), torch.tensor([t], dtype=torch.float64))
    torch.testing.assert_close(kl_divergence(q, p), kl_divergence(as_torch(q), as_torch(p)), rtol=1e-9, atol=1e-9)


def test_kl_is_its_monte_carlo_estimate():
    q, p = pair(3)
    z = q.rsample((1_000_000,))
    agreement.unbiased(q.log_prob(z) - p.log_prob(z), kl_divergence(q, p), size=0.02)


@pytest.mark.parametrize("event_dim", [0, 1, 2])
def test_density_entropy_and_kl_are_torchs(event_dim):
    loc, log_scale, x = torch.randn(3, 5, 2, 4).double()
    ours = DiagonalNormal(loc, log_scale, event_dim)
    theirs = as_torch(ours)
    assert ours.batch_shape == theirs.batch_shape
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=1e-9, atol=1e-9)
    other = DiagonalNormal(log_scale, loc, event_dim)
    kl = kl_divergence(theirs, as_torch(other))
    torch.testing.assert_close(kl_divergence(ours, other), kl, rtol=1e-9, atol=1e-9)


def test_kl_per_dimension_sums_to_the_kl():
    q, p = pair(7, 5)
    entries = kl_per_dimension(q, p)
    assert entries.shape == (7, 5)
    assert bool((entries >= 0).all())
    torch.testing.assert_close(entries.sum(1), kl_divergence(q, p), rtol=1e-12, atol=1e-12)


def test_kl_sums_over_every_event_axis():
    q, p = (DiagonalNormal(*torch.randn(2, 6, 2, 3, 3).double(), event_dim=3) for _ in range(2))
    torch.testing.assert_close(kl_per_dimension(q, p).flatten(1).sum(1), kl_divergence(q, p))


def test_draws_have_the_scale_that_is_stated():
    """Noise whose standard deviation is not one would pass every test of means."""
    p = DiagonalNormal(torch.zeros(1), torch.zeros(1))
    z = p.rsample((100_000,)).double()
    agreement.unbiased(z.square(), 1.0, size=0.01)
    agreement.unbiased(z**4, 3.0, size=0.05)


def test_draws_follow_mean_and_scale():
    loc, log_scale = torch.zeros(3, requires_grad=True), torch.full((3,), 0.7).requires_grad_()
    z = DiagonalNormal(loc, log_scale).rsample()
    by_loc, by_scale = torch.autograd.grad(z.sum(), [loc, log_scale])
    torch.testing.assert_close(by_loc, torch.ones(3))
    torch.testing.assert_close(by_scale, z.detach())


def test_sample_has_no_gradient():
    assert not DiagonalNormal(torch.zeros(3, requires_grad=True), torch.zeros(3)).sample().requires_grad
    assert torch.is_grad_enabled()
