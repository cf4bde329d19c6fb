"""Gamma draws and their implicit gradient. Row 54 of the exact answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import special, stats

from lowerbound.core import noise
from lowerbound.distributions import log_standard_gamma
from tests.contracts import agreement

SHAPES = [0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 20.0, 1000.0, 1e5]


@pytest.mark.parametrize("alpha", SHAPES)
def test_draws_follow_the_distribution(alpha):
    torch.manual_seed(0)
    z = log_standard_gamma(torch.full((20_000,), alpha, dtype=torch.float64), 0).exp()
    assert stats.kstest(z.numpy(), stats.gamma(alpha).cdf).pvalue > 1e-3


@pytest.mark.parametrize("alpha", SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-5), (torch.float32, 2e-4)])
def test_the_gradient_is_that_of_the_inverse_distribution_function(alpha, dtype, tolerance):
    torch.manual_seed(0)
    shape = torch.full((2000,), alpha, dtype=dtype, requires_grad=True)
    log_z = log_standard_gamma(shape, 0)
    (slope,) = torch.autograd.grad(log_z.sum(), shape)
    z = log_z.detach().double().exp().numpy()
    kept = z > 1e-200
    u, step = special.gammainc(alpha, z[kept]), 1e-4 * alpha
    kept[kept] = (u > 1e-3) & (u < 0.999)
    u = special.gammainc(alpha, z[kept])
    far, near = (
        special.gammaincinv(alpha + k * step, u) - special.gammaincinv(alpha - k * step, u) for k in (2.0, 1.0)
    )
    difference = (8 * near - far) / (12 * step) / z[kept]
    np.testing.assert_allclose(slope.numpy()[kept], difference, rtol=tolerance)
    assert kept.sum() > 500


@pytest.mark.parametrize("alpha", [0.3, 1.0, 1.7, 30.0])
def test_the_gradient_of_an_expectation_is_exact(alpha):
    """E z = alpha and E log z = digamma(alpha)."""
    torch.manual_seed(0)
    shape = torch.full((100_000,), alpha, dtype=torch.float64, requires_grad=True)
    log_z = log_standard_gamma(shape, 0)
    (of_mean,) = torch.autograd.grad(log_z.exp().sum(), shape, retain_graph=True)
    (of_log,) = torch.autograd.grad(log_z.sum(), shape)
    agreement.unbiased(of_mean, 1.0, size=0.01)
    agreement.unbiased(of_log, float(special.polygamma(1, alpha)), size=0.05)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("alpha", [1e-3, 1e-2, 1.0, 1e3, 1e6])
def test_value_and_gradient_stay_finite(alpha, dtype):
    shape = torch.full((10_000,), alpha, dtype=dtype, requires_grad=True)
    log_z = log_standard_gamma(shape, 0)
    (slope,) = torch.autograd.grad(log_z.sum(), shape)
    assert log_z.dtype == dtype
    assert bool(log_z.isfinite().all())
    assert bool((slope.isfinite() & (slope > 0)).all())


def test_the_noise_knows_no_parameter():
    """Rows share it, and a draw moves smoothly with its shape."""
    alpha = torch.linspace(0.2, 5.0, 200).double()[:, None]
    with noise.use(noise.Shared(0)):
        log_z = log_standard_gamma(alpha.expand(30, 200, 1), 1)[..., 0]
    steps = log_z.diff(dim=1)
    assert float((steps > 0).double().mean()) > 0.95
    with noise.use(noise.Shared(0)):
        again = log_standard_gamma(alpha[:3].expand(30, 3, 1), 1)[..., 0]
    assert torch.equal(again, log_z[:, :3])
