"""The importance-weighted bound for draws without a gradient."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Conditional, Progress
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import IWAE, VIMCO
from lowerbound.objectives.vimco import _without_each
from lowerbound.posteriors import BernoulliLatent
from lowerbound.priors import UniformBernoulli
from tests.contracts import TermContract
from tests.known_answers.discrete import K, X, binary, label


class TestVIMCO(TermContract):
    def make(self, samples=4):
        return VIMCO(samples)


def bits(*above) -> VAE:
    inputs = ((X,),) if not above else ((X,), (K,))
    level = Latent("z", UniformBernoulli((4,)), Conditional(BernoulliLatent((4,)), MLP(inputs, (4,))), score=True)
    return VAE([*above, level], Conditional(Bernoulli((X,)), MLP(((4,),), (X,)))).double()


def test_the_loss_is_the_bound():
    model, x = bits(), binary(5)
    torch.manual_seed(0)
    loss = VIMCO(6).losses(model, {"x": x}, Progress())["model"]
    torch.manual_seed(0)
    with torch.no_grad():
        torch.testing.assert_close(IWAE(6)(model({"x": x}, samples=6)), loss.detach())


def test_where_draws_have_a_gradient_it_is_the_importance_weighted_bound():
    from tests.known_answers.linear_gaussian import trainable_vae

    trace = trainable_vae(event=4, latent=2)({"x": torch.randn(3, 4)}, samples=5)
    assert torch.equal(VIMCO(5).rows(trace), IWAE(5).rows(trace))


def test_each_sample_is_compared_with_the_others():
    log_w = torch.randn(4, 3).double()
    for s in range(4):
        others = torch.cat([log_w[:s], log_w[s + 1 :]])
        with_mean = torch.cat([others, others.mean(0, keepdim=True)])
        expected = torch.logsumexp(with_mean, 0) - math.log(4)
        torch.testing.assert_close(_without_each(log_w)[s], expected)


def test_every_parameter_gets_a_gradient():
    model = bits()
    VIMCO(3).losses(model, {"x": binary(30)}, Progress())["model"].backward()
    assert [n for n, p in model.named_parameters() if p.grad is None or not bool((p.grad != 0).any())] == []


def test_an_enumerated_latent_beside_it_is_refused():
    with pytest.raises(ConfigError, match="enumerated"):
        VIMCO(3).losses(bits(label()), {"x": binary(3)}, Progress())
