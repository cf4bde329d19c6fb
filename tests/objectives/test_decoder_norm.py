"""The squared norm of the decoder's weights."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE
from lowerbound.objectives import DecoderNorm
from tests.contracts.penalty import PenaltyContract
from tests.posteriors.test_point import autoencoder


class TestDecoderNorm(PenaltyContract):
    moves_encoder = False

    def make(self):
        return DecoderNorm()


def test_it_is_the_sum_of_the_squares_of_the_network_alone() -> None:
    model = autoencoder()
    loss = DecoderNorm()(model({"x": torch.zeros(3, 4)}))
    exact = sum(float(p.detach().double().square().sum()) for p in model.likelihood.network.parameters())
    assert float(loss.detach()) == pytest.approx(exact, rel=1e-6)
    loss.backward()
    assert model.likelihood.family.raw_scale.grad is None
    for p in model.likelihood.network.parameters():
        torch.testing.assert_close(p.grad, 2 * p.detach())


def test_a_decoder_without_weights_is_refused() -> None:
    class Plain(torch.nn.Module):
        def forward(self, h, c):
            return Normal((2,))(h)

    model = VAE(list(autoencoder(event=2).levels), Plain())
    with pytest.raises(ConfigError, match=r"DecoderNorm\(\) weighs the decoder's network"):
        DecoderNorm().losses(model, {"x": torch.zeros(3, 2)}, Progress())
