"""Gamma entries. Row 25 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import Gamma


def test_the_known_divergence():
    q = Gamma(torch.tensor([2.0]).double(), torch.tensor([math.log(3.0)], dtype=torch.float64))
    p = Gamma(torch.ones(1).double(), torch.zeros(1).double())
    assert float(kl_divergence(q, p)) == pytest.approx(0.188063290433, abs=1e-11)


def test_density_moments_entropy_and_kl_are_torchs():
    concentration, log_rate, x = torch.rand(5, 4).double() + 0.2, torch.randn(5, 4).double(), torch.rand(5, 4).double()
    ours, other = Gamma(concentration, log_rate), Gamma(x + 0.3, log_rate.flip(0))
    theirs, others = (
        reference.Independent(reference.Gamma(p.params["concentration"], p.params["log_rate"].exp()), 1)
        for p in (ours, other)
    )
    for name in ("mean", "variance", "mode"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(kl_divergence(ours, other), kl_divergence(theirs, others), rtol=1e-9, atol=1e-9)


def test_draws_are_positive_where_they_would_underflow():
    p = Gamma(torch.full((1000,), 0.01), torch.zeros(1000))
    x = p.rsample()
    assert bool((x > 0).all())
    assert bool(p.expand(()).log_density(x).isfinite().all())
