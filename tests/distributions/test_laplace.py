"""The Laplace distribution. Row 24 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.core import noise
from lowerbound.distributions import DiagonalNormal, Laplace
from tests.contracts import agreement


def number(value: float) -> torch.Tensor:
    return torch.tensor([value], dtype=torch.float64)


def test_the_known_divergence():
    q, p = Laplace(number(0.5), number(math.log(0.8))), Laplace(number(0.0), number(0.0))
    assert float(kl_divergence(q, p)) == pytest.approx(0.151352694129, abs=1e-11)


def test_density_entropy_and_kl_are_torchs():
    loc, log_scale, x = torch.randn(3, 5, 4).double()
    ours, other = Laplace(loc, log_scale), Laplace(log_scale, loc)
    theirs, others = (
        reference.Independent(reference.Laplace(p.mean, p.params["log_scale"].exp()), 1) for p in (ours, other)
    )
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.variance, theirs.variance, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(kl_divergence(ours, other), kl_divergence(theirs, others), rtol=1e-9, atol=1e-9)
    assert torch.equal(ours.mode, loc)


@pytest.mark.parametrize("swap", [False, True])
def test_the_divergence_from_a_normal_is_an_integral(swap):
    laplace, normal = Laplace(number(0.5), number(-0.4)), DiagonalNormal(number(-0.3), number(0.2))
    q, p = (normal, laplace) if swap else (laplace, normal)
    x = torch.linspace(-30, 30, 600_001).double()[:, None]
    log_q = q.log_prob(x)
    integral = torch.trapezoid(log_q.exp() * (log_q - p.log_prob(x)), x[:, 0])
    assert float(kl_divergence(q, p)) == pytest.approx(float(integral), abs=1e-7)


def test_draws_invert_the_distribution_function():
    u = torch.tensor([0.0, 0.1, 0.5, 0.9, 1 - 2**-53]).double()
    with noise.use(agreement.Given(u)):
        x = Laplace(torch.full_like(u, 0.3), torch.full_like(u, 0.5)).rsample()
    assert bool(x.isfinite().all())
    of = reference.Laplace(torch.full_like(u, 0.3), torch.full_like(u, 0.5).exp())
    torch.testing.assert_close(of.cdf(x), u, rtol=1e-9, atol=1e-9)
