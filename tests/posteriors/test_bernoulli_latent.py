"""Bits that are drawn as they are."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress, draw
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, IWAE, SemiSupervised
from lowerbound.posteriors import BernoulliLatent
from lowerbound.priors import UniformBernoulli
from tests.contracts import PosteriorContract, agreement
from tests.known_answers.discrete import binary
from tests.objectives.test_vimco import bits


class TestBernoulliLatent(PosteriorContract):
    def make(self):
        return BernoulliLatent((3,))

    def values(self):
        return agreement.every_value((0.0, 1.0), (3,))

    def prior(self):
        return UniformBernoulli((3,))

    def test_draws_carry_a_gradient_or_are_enumerable(self):
        """Neither: the family says that it is trained by the score function."""
        q = self.family()(self.params((4,)).requires_grad_())
        assert self.make().scored
        assert not q.has_rsample
        assert not draw(q, (3, 4)).requires_grad


def test_an_objective_that_does_not_know_refuses_it():
    model, batch = bits(), {"x": binary(3)}
    for objective in (IWAE(5), ELBO() + IWAE(1), 2.0 * IWAE(1)):
        with pytest.raises(ConfigError, match="no gradient"):
            objective.losses(model, batch, Progress())
    labelled = {**batch, "z": torch.zeros(3, 4).double(), "z_observed": torch.zeros(3)}
    with pytest.raises(ConfigError, match="VIMCO"):
        SemiSupervised(IWAE(5), label="z").losses(model, labelled, Progress())


def test_the_loss_is_the_true_bound():
    model, x = bits(), binary(5)
    torch.manual_seed(0)
    scored = ELBO(samples=3).losses(model, {"x": x}, Progress())["model"].detach()
    torch.manual_seed(0)
    with torch.no_grad():
        plain = ELBO(samples=3)(model({"x": x}, samples=3))
    torch.testing.assert_close(scored, plain, rtol=1e-12, atol=0)


def test_it_trains():
    torch.manual_seed(0)
    model, x = bits(), binary(4).repeat(16, 1)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    losses = []
    for _ in range(150):
        optimizer.zero_grad()
        loss = ELBO(samples=4).losses(model, {"x": x}, Progress())["model"]
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) / 10 < sum(losses[:10]) / 10 - 1.0
    codes = model.levels[0].posterior_(x[:4]).mean
    assert float(codes.detach().var(0).max()) > 0.1, "the encoder tells no row from another"
