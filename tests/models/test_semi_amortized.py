"""Posteriors refined at every run, and trained through the steps."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Conditional, noise
from lowerbound.likelihoods import Normal
from lowerbound.metrics import log_likelihood
from lowerbound.models import VAE, Latent, SemiAmortized
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.spec import parse
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae

GAUSSIAN = LinearGaussian.random(6, 3, seed=3, variance=0.5)


def elbo(model, x, samples=200):
    with torch.no_grad():
        return -ELBO(samples=samples).rows(model({"x": x}, samples=samples))


def test_without_steps_it_is_the_model():
    model, x = trainable_vae(4, 2), {"x": torch.randn(5, 4)}
    torch.manual_seed(1)
    own = model(x, samples=3).log_weight()
    torch.manual_seed(1)
    torch.testing.assert_close(SemiAmortized(model, steps=0)(x, samples=3).log_weight(), own)


def test_steps_raise_the_elbo():
    torch.manual_seed(0)
    model, x = trainable_vae(4, 2).eval(), 2 * torch.randn(50, 4)
    values = [float(elbo(SemiAmortized(model, steps, rate=0.1).eval(), x).mean()) for steps in (0, 3, 10)]
    assert values[0] < values[1] - 0.1 < values[2] - 0.2


def test_gradients_run_through_the_steps():
    """Against finite differences, float64, the noise held: for the encoder and for the decoder."""
    model = SemiAmortized(trainable_vae(3, 2, 0.5).double(), steps=2, rate=0.1)
    x = {"x": torch.randn(4, 3).double()}

    def loss() -> torch.Tensor:
        with noise.use(noise.Shared(5)):
            return ELBO(samples=2)(model(x, samples=2))

    for name in ("likelihood.network.layers.0.weight", "levels.0.posterior_.network.layers.0.bias"):
        parameter = model.model.get_parameter(name)
        (gradient,) = torch.autograd.grad(loss(), parameter)
        with torch.no_grad():
            entry, size = parameter.flatten()[:1], 1e-6
            entry += size
            above = loss()
            entry -= 2 * size
            below = loss()
            entry += size
        assert float(gradient.flatten()[0]) == pytest.approx(float((above - below) / (2 * size)), rel=1e-5)


def test_in_evaluation_a_row_has_one_posterior():
    model, x = SemiAmortized(trainable_vae(4, 2)).eval(), torch.randn(6, 4)
    first, again, alone = (model({"x": rows})["z"].q.mean.detach() for rows in (x, x, x[2:3]))
    assert bool((first == again).all())
    torch.testing.assert_close(alone[0], first[2])
    model.train()
    assert not bool((model({"x": x})["z"].q.mean == first).all())


@pytest.mark.thorough
def test_training_closes_the_gap_that_a_poor_encoder_leaves():
    """The encoder has one hidden unit; the exact posterior of three latents needs three."""
    torch.manual_seed(0)
    x = GAUSSIAN.sample(500).float()

    def build() -> VAE:
        q = Conditional(DiagonalNormal((3,)), MLP(((6,),), (2, 3), hidden=(1,)))
        p = Conditional(Normal((6,), variance=0.5), MLP(((3,),), (6,), hidden=()))
        return VAE([Latent("z", StandardNormal((3,)), q)], p)

    found = []
    for wrap in (lambda model: model, lambda model: SemiAmortized(model, steps=4, rate=0.1)):
        torch.manual_seed(1)
        model = wrap(build())
        optimizer = torch.optim.Adam(model.parameters(), lr=4e-2)
        for _ in range(100):
            loss = ELBO()(model({"x": x[torch.randint(500, (100,))]}))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found.append(float(elbo(model.eval(), x).mean()))
    assert found[1] > found[0] + 0.3
    assert found[1] < float(GAUSSIAN.log_prob(x.double()).mean()) + 0.1


def test_importance_sampling_is_from_the_refined_posterior():
    torch.manual_seed(0)
    model, x = trainable_vae(4, 2).eval(), torch.randn(10, 4)
    plain, refined = (
        log_likelihood(m, iter([{"x": x}]), 400, chunk=100) for m in (model, SemiAmortized(model, 20).eval())
    )
    assert refined.ess.mean() > plain.ess.mean()
    assert refined.value == pytest.approx(plain.value, abs=6 * plain.monte_carlo_error + 0.05)


def test_it_is_written_and_read_as_text():
    model = SemiAmortized(trainable_vae(4, 2), steps=3)
    assert repr(parse(repr(model))) == repr(model)
    assert model.sample(3)["x"].value.shape == (3, 4)
    given = model({"x": torch.zeros(2, 4), "z": torch.zeros(5, 2, 2)})
    assert given["z"].observed
