"""The ELBO whose encoder gradient goes through z alone."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, StickingTheLanding
from tests.contracts import TermContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae


class TestStickingTheLanding(TermContract):
    def make(self, samples=4):
        return StickingTheLanding(samples=samples)


def test_its_value_is_the_sampled_elbo():
    truth = LinearGaussian.random(event=4, latent=2)
    trace = truth.vae("wide")({"x": truth.sample(6)}, samples=3)
    torch.testing.assert_close(StickingTheLanding(samples=3).rows(trace), -trace.mean(trace.log_weight()))
    beta = StickingTheLanding(beta=0.5).rows(trace) - StickingTheLanding(beta=0.0).rows(trace)
    site = trace["z"]
    torch.testing.assert_close(beta, 0.5 * trace.mean(site.log_q - site.log_p))


def test_the_decoder_s_gradient_is_that_of_the_elbo():
    model, x = trainable_vae(event=4, latent=2), torch.randn(8, 4)
    decoder = list(model.likelihood.parameters())
    grads = []
    for term in (StickingTheLanding(), ELBO()):
        torch.manual_seed(0)
        grads.append(torch.autograd.grad(term.losses(model, {"x": x}, Progress())["model"], decoder))
    torch.testing.assert_close(grads[0], grads[1])


def test_several_latents_are_refused():
    with pytest.raises(ConfigError, match=r"StickingTheLanding\(\) needs one latent variable.*y, z"):
        StickingTheLanding().losses(m2(), {"x": binary(3)}, Progress())
