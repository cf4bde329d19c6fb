"""The distortion is the ELBO without its rate."""

from __future__ import annotations

import torch

from lowerbound.core import Progress, noise
from lowerbound.objectives import ELBO, Distortion
from tests.contracts import PenaltyContract
from tests.known_answers.linear_gaussian import trainable_vae


class TestDistortion(PenaltyContract):
    def make(self):
        return Distortion()


def test_it_is_the_bound_without_the_rate() -> None:
    model, x = trainable_vae(event=4, latent=2), torch.randn(6, 4)
    with noise.use(noise.Shared(0)):
        trace = model({"x": x}, samples=3)
    torch.testing.assert_close(Distortion(3).rows(trace), ELBO(beta=0.0, samples=3).rows(trace))


def test_it_draws_as_often_as_it_says() -> None:
    log: dict[str, torch.Tensor] = {}
    losses = Distortion(5).losses(trainable_vae(event=4, latent=2), {"x": torch.zeros(2, 4)}, Progress(), log)
    assert torch.equal(losses["model"], log["distortion"])
