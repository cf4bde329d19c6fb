"""The decoder's derivative along the code."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import DecoderGradient
from tests.contracts.agreement import unbiased
from tests.contracts.penalty import PenaltyContract
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.posteriors.test_point import autoencoder


class TestDecoderGradient(PenaltyContract):
    compiles = False  # its gradient inside a gradient is compiled with the whole step: below

    def make(self):
        return DecoderGradient(projections=2)

    def model(self):
        return autoencoder()  # a linear decoder would have one slope everywhere


def test_of_a_linear_decoder_it_is_the_squared_norm_of_its_matrix() -> None:
    truth = LinearGaussian.random(event=4, latent=2, seed=1)
    model = truth.vae("exact")
    torch.manual_seed(0)
    x = truth.sample(1).expand(4000, 4)
    model.levels[0].posterior_.bias.requires_grad_()
    rows = DecoderGradient().rows(model({"x": x})).detach()
    unbiased(rows, truth.weight.square().sum())


def test_it_is_unbiased_for_the_jacobian_of_a_network() -> None:
    model = autoencoder().double()
    x = torch.randn(1, 4, dtype=torch.float64)
    decode = model.likelihood
    z = model({"x": x})["z"].value[0, 0].detach()
    exact = torch.autograd.functional.jacobian(lambda v: decode(v[None]).mean[0], z).square().sum()
    torch.manual_seed(0)
    rows = DecoderGradient(projections=3).rows(model({"x": x.expand(3000, 4)})).detach()
    unbiased(rows, exact)


def test_its_gradient_reaches_decoder_and_encoder() -> None:
    model = autoencoder()
    torch.manual_seed(0)
    DecoderGradient().losses(model, {"x": torch.randn(8, 4)}, Progress())["model"].backward()
    weights = [p for p in model.likelihood.network.parameters() if p.ndim > 1]
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) and bool(p.grad.any()) for p in weights)


def test_where_nothing_joins_mean_and_code_it_is_refused() -> None:
    with torch.no_grad(), pytest.raises(ConfigError, match="no gradient joins them"):
        DecoderGradient().losses(autoencoder(), {"x": torch.zeros(3, 4)}, Progress())
