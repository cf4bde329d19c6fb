"""The VampPrior: with the data as pseudo-inputs it is the aggregated posterior, which no prior beats."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Conditional, FromRows, take_rows
from lowerbound.distributions import DiagonalNormal as Density
from lowerbound.distributions import NormalMixture
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal, OneHotCategorical
from lowerbound.priors import StandardNormal, VampPrior
from tests.contracts import PriorContract
from tests.contracts.agreement import gauss_hermite
from tests.priors.made import D, X, bound, level, rows


class TestVampPrior(PriorContract):
    def make(self):
        torch.manual_seed(0)
        return bound(VampPrior((D,), (X,), components=4))

    def distribution(self, dtype=torch.float64):
        return level(self.make()).to(dtype).prior(None, None)


def test_with_the_data_as_pseudo_inputs_it_is_the_aggregated_posterior():
    for support in ("real", "binary", "positive"):
        x = rows(64).double()
        x = x if support == "real" else (x > 0).double() if support == "binary" else x.abs()
        made = level(VampPrior((D,), (X,), components=64, data_support=support)).double()
        take_rows(made, x)
        z = torch.randn(9, D, dtype=torch.float64)
        q = made.posterior(None, None, x, None)
        aggregated = torch.logsumexp(q.log_prob(z.unsqueeze(1)), 1) - math.log(64)
        torch.testing.assert_close(made.prior(None, None).log_prob(z), aggregated, rtol=1e-9, atol=1e-9)


def test_the_aggregated_posterior_is_the_best_prior_by_what_the_other_lacks():
    """E KL(q(z|x) || q(z)) + KL(q(z) || p) = E KL(q(z|x) || p) over 64 rows, for a normal p: all by quadrature."""
    nodes, weights = gauss_hermite(60)
    grid = torch.stack(torch.meshgrid(nodes, nodes, indexing="ij"), -1).reshape(-1, D)
    mass = torch.outer(weights, weights).flatten()
    x = rows(64).double()
    made = level(VampPrior((D,), (X,), components=64)).double()
    take_rows(made, x)
    with torch.no_grad():
        q, mixture = made.posterior(None, None, x, None), made.prior(None, None)
        z = q.mean + q.stddev * grid[:, None]
        p = Density(torch.tensor([0.3, -0.2]).double(), torch.tensor([0.1, 0.4]).double())

        def expected(values: torch.Tensor) -> torch.Tensor:
            return (mass @ values).mean()

        inside = expected(q.log_prob(z) - mixture.log_prob(z))
        gap = expected(mixture.log_prob(z) - p.log_prob(z))
        whole = torch.distributions.kl_divergence(q, p).mean()
    torch.testing.assert_close(inside + gap, whole, rtol=1e-9, atol=1e-9)
    assert gap > 0
    assert inside < whole


def test_it_starts_from_rows_and_repeats_few_of_them_apart():
    prior = VampPrior((D,), (X,), components=7)
    assert isinstance(prior, FromRows)
    assert prior.rows_wanted == 7
    prior.take_rows(3 * rows(3) + 100)
    torch.testing.assert_close(prior.rows()[:3], 3 * rows(3) + 100)
    assert len(prior.rows().unique(dim=0)) == 7
    assert (prior.rows()[3:6] - prior.rows()[:3]).abs().max() < 3


def test_pseudo_inputs_are_learned_in_units_of_the_data():
    prior = VampPrior((D,), (X,), components=4)
    x = rows(4) * torch.tensor([1e-3, 1.0, 1e3, 1.0, 0.0]) + 5.0
    prior.take_rows(x)
    torch.testing.assert_close(prior.rows(), x)
    assert prior.raw.abs().max() < 5
    torch.testing.assert_close(prior.unit[:4], x.std(0)[:4])
    assert prior.unit[4] == 1


def test_binary_pseudo_inputs_stay_in_the_unit_interval_and_can_come_back():
    prior = VampPrior((D,), (X,), components=4, data_support="binary")
    prior.take_rows((rows(4) > 0).float())
    assert set(prior.rows().unique().tolist()) == {0.0, 1.0}
    with torch.no_grad():
        prior.raw.add_(rows(4))
    assert bool(((prior.rows() >= 0) & (prior.rows() <= 1)).all())
    prior.rows().sum().backward()
    assert torch.equal(prior.raw.grad, torch.ones_like(prior.raw))


@pytest.mark.parametrize("support", ["count", "levels", "positive"])
def test_counts_stay_at_or_above_zero(support):
    prior = VampPrior((D,), (X,), components=4, data_support=support)
    prior.take_rows(10 * rows(4).abs())
    with torch.no_grad():
        prior.raw.add_(-5)
    assert prior.rows().min() == 0


def test_every_posterior_can_be_mixed():
    full = Latent("z", VampPrior((D,), (X,), components=3), Conditional(CholeskyNormal((D,)), MLP(((X,),), (5,))))
    assert full.prior(None, None).sample((4,)).shape == (4, D)
    classes = Conditional(OneHotCategorical((3,)), MLP(((X,),), (3,)))
    p = Latent("y", VampPrior((3,), (X,), components=3), classes, enumerate=True).prior(None, None)
    torch.testing.assert_close(p.log_prob(torch.eye(3)).exp().sum(), torch.tensor(1.0))
    assert isinstance(level(VampPrior((D,), (X,))).prior(None, None), NormalMixture)


def test_no_pseudo_inputs_are_refused():
    with pytest.raises(ConfigError, match="components=0"):
        VampPrior((D,), (X,), components=0)


@pytest.mark.thorough
def test_it_raises_the_elbo_of_clustered_data_over_a_standard_normal():
    torch.manual_seed(0)
    x = torch.eye(4).repeat_interleave(3, 1).repeat(32, 1)
    reached = []
    for prior in (StandardNormal((1,)), VampPrior((1,), (12,), components=4, data_support="binary")):
        torch.manual_seed(1)
        q = Conditional(DiagonalNormal((1,)), MLP(((12,),), (2, 1), (32,)))
        model = VAE([Latent("z", prior, q)], Conditional(Bernoulli((12,)), MLP(((1,),), (12,), (32,))))
        take_rows(model, x)
        optimizer, objective = torch.optim.Adam(model.parameters(), 1e-2), ELBO(samples=4)
        for _ in range(250):
            optimizer.zero_grad()
            objective(model({"x": x}, samples=4)).backward()
            optimizer.step()
        with torch.no_grad():
            reached.append(-float(ELBO()(model({"x": x}, samples=100))))
    assert reached[1] > reached[0] + 0.1
    assert reached[1] > -math.log(4) - 0.2
