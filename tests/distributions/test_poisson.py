"""Poisson counts."""

from __future__ import annotations

import pytest
import torch
from scipy import stats

from lowerbound.distributions import Poisson


def grid(dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    """Rates and counts from 1e-3 to 1e6, near each other and far apart; zero among the counts."""
    rates = torch.logspace(-3, 6, 19).double()
    counts = torch.cat([torch.zeros(1).double(), rates.round(), (rates + 2 * rates.sqrt()).ceil(), (rates / 2).ceil()])
    log_rate, counts = (v.flatten() for v in torch.meshgrid(rates.log(), counts, indexing="ij"))
    return log_rate.to(dtype).double(), counts


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
def test_the_mass_is_scipys(dtype, tolerance):
    log_rate, counts = grid(dtype)
    truth = torch.from_numpy(stats.poisson.logpmf(counts.numpy(), log_rate.exp().numpy()))
    ours = Poisson(log_rate.to(dtype)).log_density(counts.to(dtype)).double()
    usual = counts <= 2e5
    # Beyond, scipy itself subtracts numbers around 1e7, and float32 rounds the log of the count.
    torch.testing.assert_close(ours[usual], truth[usual], rtol=tolerance, atol=max(tolerance, 1e-8))
    torch.testing.assert_close(ours, truth, rtol=tolerance, atol=max(50 * tolerance, 1e-8))


def test_the_gradient_is_the_residual():
    log_rate, counts = grid()
    log_rate.requires_grad_()
    (slope,) = torch.autograd.grad(Poisson(log_rate).log_density(counts).sum(), log_rate)
    torch.testing.assert_close(slope, counts - log_rate.detach().exp(), rtol=1e-9, atol=1e-9)


def test_the_mode_is_likeliest():
    p = Poisson(torch.tensor([-2.0, 0.5, 3.0]).double())
    at_mode = p.log_density(p.mode)
    for step in (-1, 1):
        assert bool((at_mode >= p.log_density((p.mode + step).clamp(min=0))).all())


def test_draws_are_seeded():
    p = Poisson(torch.full((50,), 2.0))
    torch.manual_seed(3)
    first = p.sample()
    torch.manual_seed(3)
    assert torch.equal(first, p.sample())
    assert not torch.equal(first, p.sample())
