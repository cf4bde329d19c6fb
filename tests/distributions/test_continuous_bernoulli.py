"""The continuous Bernoulli. Row 33 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions as reference

from lowerbound.core import noise
from lowerbound.distributions import ContinuousBernoulli
from tests.contracts import agreement

LOGITS = torch.tensor([-40.0, -3.0, -1.001, -0.999, -0.3, -1e-4, 0.0, 1e-9, 0.5, 0.9999, 1.0001, 7.0, 100.0]).double()


def quadrature(power: int) -> torch.Tensor:
    """Integrals of x^power p(x), by Gauss and Legendre's rule on 64 pieces."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(40)
    edges = torch.linspace(0, 1, 65).double()
    x = (edges[:-1, None] + 0.5 / 64 * (torch.from_numpy(nodes) + 1)).flatten()[:, None]
    w = (torch.from_numpy(weights) * 0.5 / 64).repeat(64)[:, None]
    return (w * x**power * ContinuousBernoulli(LOGITS).log_density(x).exp()).sum(0)


def test_it_is_normalised():
    torch.testing.assert_close(quadrature(0), torch.ones_like(LOGITS), rtol=1e-9, atol=1e-9)


def test_moments_are_integrals():
    p = ContinuousBernoulli(LOGITS)
    torch.testing.assert_close(p.mean, quadrature(1), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.variance, quadrature(2) - p.mean.square(), rtol=1e-9, atol=1e-9)


def test_a_half_is_the_uniform():
    for logit in (0.0, 1e-7, -1e-7):
        p = ContinuousBernoulli(torch.tensor([logit]).double())
        x = torch.linspace(0, 1, 11).double()
        assert float(p.log_density(x).abs().max()) <= 1e-6
        assert float(p.mean) == pytest.approx(0.5, abs=1e-6)
        assert float(p.variance) == pytest.approx(1 / 12, abs=1e-6)


def test_the_density_is_torchs_away_from_a_half():
    logits = torch.tensor([-6.0, -2.0, 1.5, 5.0]).double()
    x = torch.rand(9, 4).double()
    theirs = reference.ContinuousBernoulli(logits=logits)
    torch.testing.assert_close(ContinuousBernoulli(logits).log_density(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
def test_the_gradient_is_the_residual(dtype, tolerance):
    for x in (0.0, 0.3, 1.0):
        logits = torch.cat([LOGITS, torch.tensor([-1e4, 1e4]).double()]).to(dtype).requires_grad_()
        p = ContinuousBernoulli(logits)
        (slope,) = torch.autograd.grad(p.log_density(torch.tensor(x, dtype=dtype)).sum(), logits)
        torch.testing.assert_close(slope, x - p.mean.detach(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("logit", [-500.0, -2.0, 0.0, 1e-12, 3.0, 500.0])
def test_draws_invert_the_distribution_function(logit):
    u = torch.tensor([0.0, 0.01, 0.5, 0.99, 1 - 2**-53]).double()
    with noise.use(agreement.Given(u)):
        x = ContinuousBernoulli(torch.full_like(u, logit)).sample()
    assert bool(((x >= 0) & (x <= 1)).all())
    below = x if logit <= 0 else 1 - x
    steep = -abs(logit)
    cdf = below if abs(steep) < 1e-9 else torch.expm1(steep * below) / math.expm1(steep)
    torch.testing.assert_close(cdf, u, rtol=1e-9, atol=1e-9)
