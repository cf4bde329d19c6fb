"""A second model of the codes of the first, against a model whose log p(x) is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Conditional
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.metrics import log_likelihood
from lowerbound.models import VAE, Latent, TwoStage
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.contracts import agreement
from tests.contracts.component import ComponentContract
from tests.known_answers.linear_gaussian import AffineNormal, LinearGaussian, linear


def stage(name: str, event: int, latent: int) -> VAE:
    """A small trainable VAE."""
    q = Conditional(DiagonalNormal((latent,)), MLP(((event,),), (2, latent), (8,), "tanh"))
    p = Conditional(Normal((event,), variance="scalar"), MLP(((latent,),), (event,), (8,), "tanh"))
    return VAE([Latent(name, StandardNormal((latent,)), q)], p)


def two_stage() -> TwoStage:
    torch.manual_seed(0)
    return TwoStage(stage("z", 4, 2), stage("u", 2, 2))


class TestTwoStage(ComponentContract):
    def make(self):
        return two_stage()


class Chain:
    """u ~ N(0, I), z | u ~ N(Au + a, v I), x | z ~ N(Wz + b, s I): every density by hand."""

    def __init__(self) -> None:
        self.upper = LinearGaussian.random(event=3, latent=2, seed=3, variance=0.2)
        self.lower = LinearGaussian.random(event=4, latent=3, seed=4, variance=0.3)

    @property
    def marginal(self) -> torch.distributions.MultivariateNormal:
        w, z = self.lower.weight, self.upper.marginal
        noise = self.lower.variance * torch.eye(4).double()
        return torch.distributions.MultivariateNormal(
            w @ z.mean + self.lower.bias, w @ z.covariance_matrix @ w.T + noise
        )

    def code_posterior(self) -> AffineNormal:
        """The exact p(z | x) under p(z) of the upper model."""
        w, z = self.lower.weight, self.upper.marginal
        precision = z.precision_matrix + w.T @ w / self.lower.variance
        covariance = precision.inverse()
        gain = covariance @ w.T / self.lower.variance
        bias = covariance @ z.precision_matrix @ z.mean - gain @ self.lower.bias
        return AffineNormal(gain, bias, torch.linalg.cholesky(covariance))

    def model(self, exact: bool = True) -> TwoStage:
        first = self.lower.vae(self.code_posterior() if exact else self.lower.diagonal_posterior(0.1, 1.2))
        q = self.upper.posterior() if exact else self.upper.diagonal_posterior(0.1, 1.2)
        likelihood = Conditional(Normal((3,), variance=0.2), linear(self.upper.weight, self.upper.bias)).double()
        second = VAE([Latent("u", StandardNormal((2,)).double(), q)], likelihood)
        return TwoStage(first, second)


def test_with_exact_posteriors_every_sample_weighs_log_p() -> None:
    chain = Chain()
    x = chain.marginal.sample((5,))
    weights = chain.model()({"x": x}, samples=7).log_weight()
    torch.testing.assert_close(weights, chain.marginal.log_prob(x).expand(7, 5), rtol=1e-9, atol=1e-9)


def test_the_bound_is_below_log_p_and_importance_sampling_reaches_it() -> None:
    chain, model = Chain(), Chain().model(exact=False).eval()
    x = chain.marginal.sample((4,))
    torch.manual_seed(0)
    trace = model({"x": x.repeat(2000, 1)})
    agreement.at_most(-(trace.rate() + trace.distortion()).reshape(2000, 4), chain.marginal.log_prob(x))
    agreement.unbiased((trace.log_weight()[0].reshape(2000, 4) - chain.marginal.log_prob(x)).exp(), 1.0, size=0.3)
    found = log_likelihood(model, iter([{"x": x}]), 4000, seed=0)
    errors = torch.as_tensor(found.rows) - chain.marginal.log_prob(x)
    assert bool((errors.abs() <= 4 * torch.as_tensor(found.row_errors)).all())


def test_the_rate_of_the_code_is_that_of_the_drawn_value_not_a_closed_form() -> None:
    """A closed form would pair every z with a u that was inferred from another."""
    model, x = two_stage(), torch.randn(3, 4)
    trace = model({"x": x}, samples=6)
    site = trace["z"]
    torch.testing.assert_close(site.kl, site.q.log_prob(site.value) - site.p.log_prob(site.value))
    torch.testing.assert_close(
        -(trace.rate() + trace.distortion()), trace.mean(_estimates(trace)), rtol=1e-4, atol=1e-4
    )


def _estimates(trace) -> Tensor:
    return trace["x"].log_p - trace["z"].kl - trace["u"].kl


def test_draws_have_the_marginal() -> None:
    chain = Chain()
    torch.manual_seed(0)
    trace = chain.model().sample(20_000)
    assert list(trace.sites) == ["u", "z", "x"]
    assert not trace.observed
    x, truth = trace["x"].value.detach(), chain.marginal
    agreement.unbiased(x, truth.mean)
    centred = x - truth.mean
    agreement.unbiased(centred[:, :, None] * centred[:, None, :], truth.covariance_matrix)


def test_what_is_given_stays() -> None:
    model, z, u = two_stage(), torch.randn(5, 2), torch.randn(5, 2)
    assert torch.equal(model.sample(5, z=z)["z"].value, z)
    assert list(model.sample(5, z=z).sites) == ["z", "x"]
    assert torch.equal(model.sample(5, u=u)["u"].value, u)
    x = torch.randn(5, 4)
    trace = model({"x": x, "z": z})
    assert set(trace.observed) == {"z", "x"}
    assert list(trace.latents) == ["u"]


def test_the_code_is_the_first_latent() -> None:
    model = two_stage()
    assert model.code == "z"
    assert list(model({"x": torch.zeros(2, 4)}).latents) == ["u", "z"]


def test_variables_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="need different names"):
        TwoStage(stage("z", 4, 2), stage("z", 2, 2))


def test_several_codes_are_refused() -> None:
    first = stage("z", 4, 2)
    first.levels.append(Latent("y", StandardNormal((2,)), first.levels[0].posterior_))
    with pytest.raises(ConfigError, match="the first model has 2 latent variables"):
        TwoStage(first, stage("u", 2, 2))
