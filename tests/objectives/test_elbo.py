"""The evidence lower bound. Rows 5, 93 and 115 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from examples.linear_vae_is_ppca import SigmaPoints
from lowerbound.core import Conditional, Linear, Progress, Trace, noise
from lowerbound.distributions import kl_per_dimension
from lowerbound.likelihoods import Bernoulli, DiscretizedLogistic, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.contracts import TermContract, agreement
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae


class TestELBO(TermContract):
    def make(self, samples=4):
        return ELBO(samples=samples)


class TestOneSample(TermContract):
    def make(self, samples=1):
        return ELBO(beta=Linear(1.0, 1.0, 5), samples=samples)


@pytest.fixture
def model() -> VAE:
    return trainable_vae(event=4, latent=2)


def run(model: VAE, x: Tensor, samples: int = 1) -> Trace:
    torch.manual_seed(0)
    return model({"x": x}, samples=samples)


def test_the_sampled_bound_is_unbiased_about_the_analytic_one():
    truth = LinearGaussian.random(event=5, latent=3, seed=2)
    model, x = truth.vae("wide"), truth.sample(4)
    with noise.use(SigmaPoints()):
        analytic = -ELBO(samples=4).rows(model({"x": x}, samples=4))
    sampled = -ELBO(samples=1).rows(model({"x": x.repeat(20_000, 1)})).reshape(20_000, 4)
    agreement.unbiased(sampled, analytic, size=0.1)


def test_the_analytic_bound_is_log_p_minus_the_divergence_from_the_posterior():
    truth = LinearGaussian.random(event=5, latent=3, seed=2)
    x = truth.sample(4)
    with noise.use(SigmaPoints()):
        trace = truth.vae("wide")({"x": x}, samples=4)
        elbo = -ELBO(samples=4).rows(trace)
    gap = torch.distributions.kl_divergence(trace["z"].q, truth.posterior()(x).expand((4,)))
    torch.testing.assert_close(truth.log_prob(x) - elbo, gap, rtol=1e-9, atol=1e-9)


def test_beta_weighs_the_rate_and_nothing_else(model):
    x = torch.randn(5, 4)
    trace = run(model, x)
    torch.testing.assert_close(ELBO(beta=4.0).rows(trace), trace.distortion() + 4 * trace.rate())
    torch.testing.assert_close(ELBO(beta=0.0).rows(trace), trace.distortion())


def test_what_is_logged_is_the_true_bound_whatever_beta(model):
    x, log = torch.randn(5, 4), {}
    torch.manual_seed(0)
    ELBO(beta=7.0).losses(model, {"x": x}, Progress(), log)
    trace = run(model, x)
    assert log["elbo"].item() == pytest.approx(-(trace.distortion() + trace.rate()).mean().item(), rel=1e-6)
    assert log["beta"].item() == 7.0


def test_the_rate_per_dimension_sums_to_the_rate(model):
    site = run(model, torch.randn(5, 4))["z"]
    per_dimension = kl_per_dimension(site.q, site.p)
    assert per_dimension.shape == (5, 2)
    torch.testing.assert_close(per_dimension.sum(1), site.kl)


class TestReduction:
    """Sums over the event, a mean over rows: never a mean over dimensions."""

    def tiled(self, family: str, times: int) -> tuple[Tensor, Tensor]:
        """Loss per row of the distortion and rate of images whose pixels are repeated, under one decoder."""
        event = (1, 3, 3 * times)
        families = {
            "bernoulli": Bernoulli(event),
            "logistic": DiscretizedLogistic(event, 16),
            "normal": Normal(event, variance=0.5),
        }
        likelihood = families[family]
        generator = torch.Generator().manual_seed(0)
        x = torch.randint(0, 2, (4, 1, 3, 3), generator=generator).double()
        z = StandardNormal((2,)).double()
        posterior = Conditional(DiagonalNormal((2,)), MLP((event,), (2, 2), hidden=())).double()
        decoder = MLP(((2,),), likelihood.params_shape, hidden=()).double()
        with torch.no_grad():
            weight = torch.randn(*likelihood.params_shape[:-1], 3, 2, generator=generator).double()
            decoder.layers[0].weight.copy_(torch.cat([weight] * times, -2).flatten(0, -2))
            decoder.layers[0].bias.zero_()
            for parameter in posterior.parameters():
                parameter.zero_()
        model = VAE([Latent("z", z, posterior)], Conditional(likelihood, decoder))
        trace = run(model, torch.cat([x] * times, -1))
        return trace.distortion(), trace.rate()

    @pytest.mark.parametrize("family", ["bernoulli", "logistic", "normal"])
    def test_an_image_tiled_twice_costs_twice(self, family):
        once, rate = self.tiled(family, 1)
        twice, same = self.tiled(family, 2)
        torch.testing.assert_close(twice, 2 * once, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(same, rate, rtol=0, atol=0)

    def test_a_batch_of_the_same_rows_costs_the_same(self, model):
        x = torch.randn(3, 4)
        losses = []
        for times in (1, 2, 5):
            with noise.use(noise.Shared(0)):
                losses.append(ELBO()(model({"x": x.repeat(times, 1)})).item())
        assert losses == pytest.approx([losses[0]] * 3, rel=1e-6)

    def test_a_batch_of_one_row_is_a_batch(self, model):
        assert bool(ELBO()(model({"x": torch.randn(1, 4)})).isfinite())


class TestFaultsOfPeers:
    def test_the_rate_has_a_gradient_to_the_encoder(self, model):
        trace = run(model, torch.randn(5, 4))
        gradients = torch.autograd.grad(trace.rate().mean(), list(model.levels.parameters()))
        assert all(bool((g != 0).any()) for g in gradients)

    def test_the_distortion_has_a_gradient_to_mean_and_scale(self, model):
        head = model.levels[0].posterior_.network.layers[-1]
        (gradient,) = torch.autograd.grad(run(model, torch.randn(5, 4)).distortion().mean(), head.bias)
        assert gradient.shape == (4,)
        assert bool((gradient != 0).all())

    def test_latents_are_drawn_with_the_scale_of_their_posterior(self, model):
        trace = model({"x": torch.randn(2000, 4)}, samples=10)
        q = trace["z"].q
        standard = ((trace["z"].value - q.mean) / q.stddev).double().flatten()
        agreement.unbiased(standard, 0.0, size=0.01)
        agreement.unbiased(standard.square(), 1.0, size=0.01)

    def test_the_loss_is_minus_a_log_likelihood(self):
        """A perfect model of uniform bits costs D log 2 nats, and is not paid for."""
        level = Latent("z", StandardNormal((1,)), Conditional(DiagonalNormal((1,)), MLP(((6,),), (2, 1), hidden=())))
        vae = VAE([level], Conditional(Bernoulli((6,)), MLP(((1,),), (6,), hidden=())))
        for parameter in vae.parameters():
            torch.nn.init.zeros_(parameter)
        x = torch.randint(0, 2, (9, 6)).float()
        assert ELBO()(vae({"x": x})).item() == pytest.approx(6 * math.log(2), rel=1e-6)

    def test_training_raises_the_bound(self, model):
        x = torch.randn(64, 1) * torch.tensor([1.0, -1.0, 2.0, 0.5]) + 0.1 * torch.randn(64, 4)
        optimizer = torch.optim.Adam(model.parameters(), 0.02)
        elbos = []
        for step in range(100):
            optimizer.zero_grad()
            log: dict[str, Tensor] = {}
            ELBO().losses(model, {"x": x}, Progress(step=step), log)["model"].backward()
            optimizer.step()
            elbos.append(log["elbo"].item())
        assert elbos[-1] > elbos[0] + 1.0
