"""Overdispersed counts. Row 31 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from scipy import stats

from lowerbound.distributions import NegativeBinomial, Poisson
from tests.distributions.single_precision import agrees

MEANS, DISPERSIONS = torch.logspace(-2, 5, 15).double(), torch.logspace(-2, 5, 15).double()


def grid(dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    """Log means, log dispersions and counts around the means, and zero."""
    counts = torch.cat([torch.zeros(1).double(), MEANS.ceil(), (3 * MEANS).ceil()])
    every = torch.meshgrid(MEANS.log(), DISPERSIONS.log(), counts, indexing="ij")
    return [v.flatten().to(dtype).double() for v in every]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
def test_the_mass_is_scipys(dtype, tolerance):
    log_mean, log_theta, counts = grid(dtype)
    theta = log_theta.exp().numpy()
    truth = torch.from_numpy(stats.nbinom.logpmf(counts.numpy(), theta, theta / (theta + log_mean.exp().numpy())))
    ours = NegativeBinomial(log_mean.to(dtype), log_theta.to(dtype)).log_density(counts.to(dtype)).double()
    # scipy itself subtracts numbers around 1e6 here.
    torch.testing.assert_close(ours, truth, rtol=max(tolerance, 1e-8), atol=max(tolerance, 1e-8))


def test_the_mass_is_scipys_where_scipy_is_exact():
    log_mean, log_theta, counts = (v[(v.new_tensor(0) <= grid()[2]) & (grid()[2] <= 300)] for v in grid())
    kept = log_theta < 5
    log_mean, log_theta, counts = log_mean[kept], log_theta[kept], counts[kept]
    theta = log_theta.exp().numpy()
    truth = torch.from_numpy(stats.nbinom.logpmf(counts.numpy(), theta, theta / (theta + log_mean.exp().numpy())))
    torch.testing.assert_close(NegativeBinomial(log_mean, log_theta).log_density(counts), truth, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1e6, 1e8, 1e10])
def test_it_is_poisson_as_the_dispersion_grows(size):
    log_mean = torch.tensor([-1.0, 0.0, 2.0, 5.0]).double()[:, None]
    counts = torch.arange(0.0, 200.0).double()
    theta = torch.full_like(log_mean, size).log()
    gap = NegativeBinomial(log_mean, theta).log_density(counts) - Poisson(log_mean).log_density(counts)
    # First order: ((x - mu)^2 - x) / (2 theta).
    first = ((counts - log_mean.exp()).square() - counts) / (2 * size)
    assert float((gap - first).abs().max()) <= 1e-5 * 1e6 / size + 1e-10


@pytest.mark.parametrize("theta", [0.05, 1.0, 30.0])
def test_the_masses_sum_to_one(theta):
    p = NegativeBinomial(torch.tensor([0.7]).double(), torch.tensor([theta]).double().log())
    counts = torch.arange(0.0, 4000.0).double()
    assert float(p.log_density(counts).exp().sum()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_those_of_the_plain_formula(dtype):
    log_mean, log_theta = torch.tensor([[-3.0, 0.0, 1.0, 3.0]] * 3), torch.tensor([[-1.0], [0.5], [4.0]]).expand(3, 4)
    counts = torch.tensor([0.0, 1.0, 7.0])
    for x in counts:
        ours = [v.to(dtype).clone().requires_grad_() for v in (log_mean, log_theta)]
        plain = [v.double().clone().requires_grad_() for v in (log_mean, log_theta)]
        slopes = torch.autograd.grad(NegativeBinomial(*ours).log_density(x.to(dtype)).sum(), ours)
        mu, theta = plain[0].exp(), plain[1].exp()
        choose = torch.lgamma(x.double() + theta) - torch.lgamma(theta) - torch.lgamma(x.double() + 1)
        log_p = choose + theta * (theta / (theta + mu)).log() + x.double() * (mu / (theta + mu)).log()
        for mine, theirs in zip(slopes, torch.autograd.grad(log_p.sum(), plain), strict=True):
            torch.testing.assert_close(mine.double(), theirs, rtol=2e-5, atol=1e-5 if dtype == torch.float32 else 1e-9)


def test_the_mode_is_likeliest():
    p = NegativeBinomial(torch.tensor([0.0, 2.0, 4.0]).double(), torch.tensor([-1.0, 0.5, 2.0]).double())
    at_mode = p.log_density(p.mode)
    for step in (-1, 1):
        assert bool((at_mode >= p.log_density((p.mode + step).clamp(min=0))).all())


@pytest.mark.parametrize("mean", [0.3, 30.0, 1e6])
@pytest.mark.parametrize("theta", [0.3, 30.0, 1e6])
def test_large_sizes_keep_their_digits(mean, theta):
    log_mean, log_theta = torch.full((6, 1), mean).log(), torch.full((6, 1), theta).log()
    x = (mean + (mean + mean**2 / theta) ** 0.5 * torch.linspace(-2, 3, 6)).clamp(min=0).round()[:, None]

    def plain(log_mean, log_theta):
        y, theta, both = x.double(), log_theta.exp(), torch.logaddexp(log_mean, log_theta)
        choose = torch.lgamma(y + theta) - torch.lgamma(theta) - torch.lgamma(y + 1)
        return (choose + theta * (log_theta - both) + y * (log_mean - both)).sum(-1)

    agrees(lambda m, t: NegativeBinomial(m, t).log_prob(x), plain, log_mean, log_theta, logs=True)
