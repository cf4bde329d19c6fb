"""A posterior per row: where it starts, and a run with it."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Conditional, amortised, log_posterior, with_posterior
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal, PrecisionWeighted
from lowerbound.priors import StandardNormal
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae
from tests.known_answers.test_two_levels import ladder


def conditional_vae(encoder: MLP | None = None) -> VAE:
    q = Conditional(DiagonalNormal((2,)), MLP(((4,) if encoder else (6,), (3,)), (2, 2)))
    return VAE(
        [Latent("z", StandardNormal((2,)), q)], Conditional(Bernoulli((6,)), MLP(((2,), (3,)), (6,))), encoder=encoder
    )


@pytest.mark.parametrize("encoder", [None, MLP(((6,),), (4,))])
def test_the_start_is_the_encoders_posterior(encoder):
    model, batch = conditional_vae(encoder), {"x": torch.ones(5, 6), "c": torch.randn(5, 3)}
    start = amortised(model, batch)
    q, own = start.family(start.params), model(batch)["z"].q
    torch.testing.assert_close(q.mean, own.mean)
    torch.testing.assert_close(q.variance, own.variance)
    assert start.name == "z"


def test_with_the_encoders_own_posterior_nothing_changes():
    model, batch = trainable_vae(6, 2), {"x": torch.randn(5, 6)}
    start = amortised(model, batch)
    torch.manual_seed(3)
    own = model(batch, samples=4)
    torch.manual_seed(3)
    other = with_posterior(model, batch, "z", start.family(start.params), 4)
    for quantity in ("rate", "distortion", "log_weight", "log_evidence"):
        torch.testing.assert_close(getattr(other, quantity)(), getattr(own, quantity)())
    assert list(other.latents) == ["z"]
    assert list(other.observed) == ["x"]


def test_gradients_reach_the_parameters_given():
    model, batch = trainable_vae(6, 2), {"x": torch.randn(5, 6)}
    params = amortised(model, batch).params.detach().requires_grad_()
    with_posterior(model, batch, "z", amortised(model, batch).family(params), 2).log_weight().sum().backward()
    assert params.grad is not None
    assert bool((params.grad != 0).any())


def test_a_posterior_without_a_network_is_refused():
    with pytest.raises(ConfigError, match="not a family"):
        amortised(LinearGaussian.random(4, 2).vae("exact"), {"x": torch.zeros(2, 4).double()})


@pytest.mark.parametrize("combine", [None, PrecisionWeighted()])
def test_the_posterior_of_given_latents_is_that_of_drawn_ones(combine):
    model, x = ladder(combine), {"x": torch.randn(4, 5).double()}
    trace = model(x, samples=3)
    values = {name: site.value for name, site in trace.latents.items()}
    torch.testing.assert_close(log_posterior(model, x, values), sum(site.log_q for site in trace.latents.values()))
    lower = log_posterior(model, {**x, "z2": values["z2"]}, {"z1": values["z1"]})
    torch.testing.assert_close(lower, trace["z1"].log_q)
