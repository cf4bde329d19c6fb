"""A linear ladder of two levels, exactly. Row 15 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from lowerbound.core import Conditional
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.objectives import ELBO, IWAE
from lowerbound.posteriors import PrecisionWeighted
from lowerbound.priors import StandardNormal
from tests.known_answers.linear_gaussian import AffineNormal, linear

X, LOW, TOP, S2 = 5, 3, 2, 0.4
generator = torch.Generator().manual_seed(0)
W1 = torch.linalg.qr(torch.randn(X, LOW, generator=generator).double()).Q * torch.tensor([0.7, 1.5, 2.0]).double()
W2 = torch.randn(LOW, TOP, generator=generator).double()
SCALE = torch.tensor([0.5, 1.2, 0.8]).double()
MARGINAL = W1 @ (W2 @ W2.T + SCALE.square().diag()) @ W1.T + S2 * torch.eye(X).double()


def zeros(n: int) -> Tensor:
    return torch.zeros(n).double()


def evidence() -> AffineNormal:
    """What x says about z1, whatever the prior: W1 has orthogonal columns, so it is diagonal."""
    gram = W1.square().sum(0)
    return AffineNormal(W1.T / gram[:, None], zeros(LOW), (S2 / gram).sqrt())


def top_posterior() -> AffineNormal:
    """p(z2 | x), z1 integrated out."""
    seen = W1 @ W2
    noise = W1 @ SCALE.square().diag() @ W1.T + S2 * torch.eye(X).double()
    covariance = (torch.eye(TOP).double() + seen.T @ noise.inverse() @ seen).inverse()
    return AffineNormal(covariance @ seen.T @ noise.inverse(), zeros(TOP), torch.linalg.cholesky(covariance))


def ladder(combine: PrecisionWeighted | None) -> VAE:
    top = Latent("z2", StandardNormal((TOP,)).double(), top_posterior())
    below = Latent("z1", AffineNormal(W2, zeros(LOW), SCALE), evidence(), combine=combine)
    return VAE([top, below], Conditional(Normal((X,), variance=S2), linear(W1, zeros(X))).double())


@pytest.fixture
def x() -> Tensor:
    return MultivariateNormal(zeros(X), MARGINAL).sample((4,))


def test_samples_have_the_marginal_covariance():
    rows = ladder(PrecisionWeighted()).sample(200_000)["x"].value.detach()
    assert float((torch.cov(rows.T) - MARGINAL).abs().max()) <= 0.1


def test_with_the_merge_every_weight_is_the_likelihood(x):
    trace = ladder(PrecisionWeighted())({"x": x}, samples=50)
    exact = MultivariateNormal(zeros(X), MARGINAL).log_prob(x)
    torch.testing.assert_close(trace.log_weight(), exact.expand(50, 4), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(-IWAE(50).rows(trace), exact, rtol=1e-9, atol=1e-9)


def test_the_merge_is_the_exact_posterior(x):
    site = ladder(PrecisionWeighted())({"x": x}, samples=3)["z1"]
    precision = SCALE.square().reciprocal().diag() + W1.T @ W1 / S2
    z2 = torch.randn(7, 4, TOP).double()
    given = ladder(PrecisionWeighted())({"x": x, "z2": z2}, samples=7)["z1"].q
    mean = (z2 @ W2.T / SCALE.square() + x @ W1 / S2) @ precision.inverse()
    torch.testing.assert_close(given.mean, mean, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(given.variance, precision.inverse().diag().expand(7, 4, LOW), rtol=1e-9, atol=1e-9)
    assert site.q.batch_shape == (3, 4)


def test_without_the_merge_the_bound_is_loose(x):
    trace = ladder(None)({"x": x}, samples=2000)
    exact = MultivariateNormal(zeros(X), MARGINAL).log_prob(x)
    assert bool((-ELBO().rows(trace) < exact - 0.05).all())
