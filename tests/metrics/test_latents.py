"""What latents carry: KL per dimension, active units, and the decomposition of the KL. Rows 81 and 93."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Conditional
from lowerbound.distributions import DiagonalNormal
from lowerbound.likelihoods import Normal
from lowerbound.metrics import inspect_latents, mutual_information
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.priors import StandardNormal
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian


class Table(nn.Module):
    """q(z | x = row i): a table of means and scales; x is the row's number."""

    def __init__(self, loc: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.loc, self.scale = loc, scale

    def forward(self, *contexts: Tensor | None) -> DiagonalNormal:
        assert contexts[0] is not None
        index = contexts[0][:, 0].long()
        return DiagonalNormal(self.loc[index], self.scale[index].log())


def table(loc: Tensor, scale: Tensor) -> VAE:
    likelihood = Conditional(Normal((1,), variance=1.0), MLP(((loc.shape[1],),), (1,)))
    return VAE([Latent("z", StandardNormal((loc.shape[1],)), Table(loc, scale))], likelihood).double()


def inspect(model: VAE, x: Tensor, size: int = 10**6, seed: int = 0):
    return inspect_latents(model, ({"x": rows} for rows in x.split(size)), seed=seed)


def numbers(n: int) -> Tensor:
    return torch.arange(n).double()[:, None]


def test_the_kl_per_dimension_sums_to_the_kl():
    generator = torch.Generator().manual_seed(0)
    loc, scale = torch.randn(30, 3, generator=generator).double(), torch.rand(30, 3, generator=generator).double() + 0.1
    (z,) = inspect(table(loc, scale), numbers(30), size=7)
    by_torch = torch.distributions.kl_divergence(
        torch.distributions.Normal(loc, scale), torch.distributions.Normal(0.0, 1.0)
    )
    assert z.kl_per_dim == pytest.approx(by_torch.mean(0).numpy(), rel=1e-9)
    assert z.kl == pytest.approx(z.kl_per_dim.sum(), rel=1e-9)
    assert z.means == pytest.approx(loc.numpy())


def test_active_units_are_those_whose_mean_moves():
    loc = torch.stack([torch.linspace(-1, 1, 40), torch.full((40,), 3.0), 0.01 * torch.randn(40)], 1).double()
    (z,) = inspect(table(loc, torch.ones(40, 3).double()), numbers(40))
    assert z.active.tolist() == [True, False, False]
    assert z.active_units == 1
    assert z.mean_variance == pytest.approx(loc.var(0, correction=0).numpy())


@pytest.mark.parametrize(("distance", "information"), [(1000.0, math.log(25)), (0.0, 0.0)])
def test_information_at_its_ends(distance, information):
    (z,) = inspect(table(distance * numbers(25), torch.ones(25, 1).double()), numbers(25))
    assert z.mutual_information == pytest.approx(information, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_information_is_at_most_log_n(seed):
    loc = 10 * torch.randn(40, 2, generator=torch.Generator().manual_seed(seed)).double()
    (z,) = inspect(table(loc, torch.full((40, 2), 0.1).double()), numbers(40), seed=seed)
    assert z.mutual_information <= math.log(40) + 1e-12


def test_the_kl_is_information_and_gap_by_quadrature():
    """Index-code information + KL(q(z) || p(z)) = mean KL, on an enumerated data set in one dimension."""
    loc, scale = torch.tensor([[-1.0], [0.3], [2.0]]).double(), torch.tensor([[0.5], [0.8], [0.3]]).double()
    grid = torch.linspace(-12, 12, 200_001, dtype=torch.float64)
    log_q = torch.distributions.Normal(loc, scale).log_prob(grid)  # (3, grid)
    marginal = torch.logsumexp(log_q, 0) - math.log(3)
    width = float(grid[1] - grid[0])
    information = float((log_q.exp() * (log_q - marginal)).sum() * width / 3)
    gap = float((marginal.exp() * (marginal - torch.distributions.Normal(0.0, 1.0).log_prob(grid))).sum() * width)
    n = 60_000
    repeated = (numbers(n) % 3).long()[:, 0]
    (z,) = inspect(table(loc[:, :], scale), numbers(3))
    assert information + gap == pytest.approx(z.kl, rel=1e-6)
    # The estimate draws one z a row: repeated rows of the same three posteriors average the noise away.
    q = DiagonalNormal(loc, scale.log())
    draws = loc[repeated] + scale[repeated] * torch.randn(n, 1, dtype=torch.float64)
    log_q_own = DiagonalNormal(loc[repeated], scale[repeated].log()).log_prob(draws)
    estimates = log_q_own - (torch.logsumexp(q.log_prob(draws[:, None]), 1) - math.log(3))
    assert float(estimates.mean()) == pytest.approx(information, abs=4 * float(estimates.std()) / math.sqrt(n))
    assert mutual_information(draws[:3], log_q_own[:3], q).isfinite()
    assert z.aggregate_gap == pytest.approx(z.kl - z.mutual_information)


def test_what_cannot_be_computed_cheaply_is_nan():
    model = LinearGaussian.random(4, 2).vae("exact")  # full covariance
    (z,) = inspect(model, LinearGaussian.random(4, 2).sample(5))
    assert np.isnan(z.kl_per_dim).all()
    assert math.isnan(z.mutual_information)
    assert z.kl > 0


def test_every_level_is_described():
    levels = inspect(m2().eval(), binary(6))
    assert [level.name for level in levels] == ["y", "z"]


def test_two_calls_agree_and_leave_the_generator_alone():
    model = table(torch.randn(20, 2).double(), torch.ones(20, 2).double())
    state = torch.get_rng_state()
    first, second = inspect(model, numbers(20)), inspect(model, numbers(20))
    assert first[0].mutual_information == second[0].mutual_information
    assert torch.equal(torch.get_rng_state(), state)
