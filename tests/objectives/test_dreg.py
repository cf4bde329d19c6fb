"""The doubly reparameterised importance-weighted bound."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import IWAE, DReG, StickingTheLanding
from tests.contracts import TermContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae


class TestDReG(TermContract):
    def make(self, samples=4):
        return DReG(samples)


def gradient(term, parameters, model, x):
    torch.manual_seed(0)
    return torch.autograd.grad(term.losses(model, {"x": x}, Progress())["model"], parameters)


def test_loss_and_decoder_gradient_are_those_of_the_bound():
    model, x = trainable_vae(event=4, latent=2), torch.randn(8, 4)
    trace = model({"x": x}, samples=5)
    torch.testing.assert_close(DReG(5).rows(trace), IWAE(5).rows(trace))
    decoder = list(model.likelihood.parameters())
    torch.testing.assert_close(gradient(DReG(5), decoder, model, x), gradient(IWAE(5), decoder, model, x))


def test_with_one_sample_it_sticks_the_landing():
    model, x = trainable_vae(event=4, latent=2), torch.randn(8, 4)
    encoder = list(model.levels.parameters())
    one, other = (gradient(term, encoder, model, x) for term in (DReG(1), StickingTheLanding()))
    torch.testing.assert_close(one, other)


def test_several_latents_are_refused():
    with pytest.raises(ConfigError, match=r"DReG\(3\) needs one latent variable"):
        DReG(3).losses(m2(), {"x": binary(3)}, Progress())
