"""The distance of the aggregate posterior from the prior."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.distances import MMD, Energy
from lowerbound.errors import ConfigError
from lowerbound.objectives import Match
from tests.contracts import PenaltyContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae


class TestMatch(PenaltyContract):
    def make(self):
        return Match(MMD())


def test_it_moves_the_encoder_alone():
    model = trainable_vae(event=4, latent=2)
    loss = Match(Energy()).losses(model, {"x": torch.randn(8, 4)}, Progress())["model"]
    for part, moves in ((model.levels, True), (model.likelihood, False)):
        found = torch.autograd.grad(loss, list(part.parameters()), allow_unused=True, retain_graph=True)
        assert any(g is not None and bool(g.any()) for g in found) == moves


def test_it_is_the_distance_between_the_draws():
    model, x = trainable_vae(event=4, latent=2), torch.randn(8, 4)
    trace = model({"x": x}, samples=3)
    torch.manual_seed(0)
    found = Match(Energy(), samples=3)(trace)
    torch.manual_seed(0)
    prior = torch.randn(3, 8, 2)
    torch.testing.assert_close(found, Energy()(trace["z"].value.flatten(0, 1), prior.flatten(0, 1)))


def test_codes_that_follow_the_prior_have_no_distance_from_it():
    model = trainable_vae(event=4, latent=2)
    torch.manual_seed(0)
    with torch.no_grad():
        for p in model.levels.parameters():
            p.zero_()
        values = torch.stack([Match(MMD())(model({"x": torch.zeros(20, 4)})) for _ in range(300)])
        assert float(model({"x": torch.zeros(1, 4)})["z"].kl.abs().max()) < 1e-6
    assert abs(float(values.mean())) < 4 * float(values.std()) / 300**0.5


def test_latents_without_a_gradient_of_their_draws_are_refused():
    with pytest.raises(ConfigError, match=r"Match\(Energy\(\)"):
        Match(Energy(), site="y").losses(m2(), {"x": binary(3)}, Progress())
