"""Log-normal entries. Row 31 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from lowerbound.distributions import LogNormal


def test_density_and_moments_are_scipys():
    loc, log_scale, x = torch.randn(3, 5, 4).double()
    x = x.exp()
    p = LogNormal(loc, 0.4 * log_scale)
    of = stats.lognorm(s=(0.4 * log_scale).exp().numpy(), scale=loc.exp().numpy())
    for ours, truth in ((p.log_density(x), of.logpdf(x.numpy())), (p.mean, of.mean()), (p.variance, of.var())):
        torch.testing.assert_close(ours, torch.from_numpy(truth), rtol=1e-9, atol=1e-9)


def test_the_mode_is_likeliest():
    p = LogNormal(torch.tensor([0.3]).double(), torch.tensor([-0.2]).double())
    x = torch.linspace(0.01, 5, 50_000).double()[:, None]
    assert float(x[p.log_prob(x).argmax()]) == pytest.approx(float(p.mode), abs=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_ends_of_the_support_stay_finite(dtype):
    info = torch.finfo(dtype)
    x = torch.tensor([0.0, info.tiny, 1.0, info.max], dtype=dtype)
    loc = torch.zeros(4, dtype=dtype, requires_grad=True)
    log_p = LogNormal(loc, torch.zeros_like(loc)).log_density(x)
    (slope,) = torch.autograd.grad(log_p.sum(), loc)
    assert bool(log_p.isfinite().all())
    assert bool(slope.isfinite().all())


def test_draws_stay_within_what_the_dtype_holds():
    p = LogNormal(torch.tensor([-200.0, 0.0, 200.0]), torch.zeros(3))
    x = p.rsample((100,))
    assert bool((x > 0).all())
    assert bool(x.isfinite().all())
    assert bool(p.log_density(x).isfinite().all())
    assert math.exp(-5) < float(x[:, 1].min()) < float(x[:, 1].max()) < math.exp(5)
