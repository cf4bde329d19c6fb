"""Successes of trials whose probability varies. Row 34 of the exact answers: the levels sum to one."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from lowerbound.distributions import BetaBinomial
from tests.distributions.single_precision import agrees

SIZES = torch.logspace(-4, 5, 19).double()


def made(dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    a, b = (v.flatten()[:, None].to(dtype) for v in torch.meshgrid(SIZES, SIZES, indexing="ij"))
    return a, b


@pytest.mark.parametrize("trials", [1, 4, 255])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-4)])
def test_the_levels_sum_to_one(trials, dtype, tolerance):
    a, b = made(dtype)
    levels = torch.arange(trials + 1, dtype=dtype)
    total = BetaBinomial(a, b, trials).log_density(levels).double().exp().sum(-1)
    assert float((total - 1).abs().max()) <= tolerance


def test_mass_and_moments_are_scipys():
    a, b = made()
    kept = ((a > 1e-3) & (a < 1e3) & (b > 1e-3) & (b < 1e3))[:, 0]  # where scipy itself is exact
    a, b = a[kept], b[kept]
    levels = torch.arange(18.0).double()
    of = stats.betabinom(17, a.numpy(), b.numpy())
    p = BetaBinomial(a, b, 17)
    torch.testing.assert_close(p.log_density(levels), torch.from_numpy(of.logpmf(levels.numpy())), rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(p.mean, torch.from_numpy(of.mean()), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.variance, torch.from_numpy(of.var()), rtol=1e-8, atol=1e-9)


def test_it_is_binomial_as_the_concentrations_grow():
    share, levels = 0.3, torch.arange(12.0).double()
    p = BetaBinomial(torch.tensor([share * 1e9]).double(), torch.tensor([(1 - share) * 1e9]).double(), 11)
    truth = torch.from_numpy(stats.binom.logpmf(levels.numpy(), 11, share))
    torch.testing.assert_close(p.log_density(levels), truth, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_the_extremes(dtype):
    a, b = (v.clone().requires_grad_() for v in made(dtype))
    for level in (0.0, 100.0, 255.0):
        log_p = BetaBinomial(a, b, 255).log_density(torch.tensor([level], dtype=dtype)).sum()
        assert bool(log_p.isfinite())
        assert all(bool(g.isfinite().all()) for g in torch.autograd.grad(log_p, [a, b]))


@pytest.mark.parametrize("trials", [255, 1_000_000])
@pytest.mark.parametrize("one", [0.3, 30.0, 1e4, 1e6])
@pytest.mark.parametrize("two", [0.3, 1e6])
def test_large_sizes_keep_their_digits(trials, one, two):
    a, b = torch.full((7, 1), one), torch.full((7, 1), two)
    x = (trials * one / (one + two) * torch.linspace(0.7, 1.3, 5)).round().clamp(max=trials)
    x = torch.cat([x, torch.tensor([0.0, trials])])[:, None]

    def log_beta(a, b):
        return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)

    def plain(a, b):
        y, z = x.double(), trials - x.double()
        return (log_beta(y + a, z + b) - log_beta(a, b) - log_beta(y + 1, z + 1)).sum(-1) - math.log(trials + 1)

    agrees(lambda a, b: BetaBinomial(a, b, trials).log_prob(x), plain, a, b)
