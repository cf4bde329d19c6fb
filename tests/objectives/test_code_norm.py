"""Half the squared norm of the codes."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.errors import ConfigError
from lowerbound.objectives import CodeNorm
from tests.contracts.agreement import unbiased
from tests.contracts.penalty import PenaltyContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae
from tests.posteriors.test_point import autoencoder


class TestCodeNorm(PenaltyContract):
    def make(self):
        return CodeNorm()


def test_of_points_it_is_half_the_squared_length() -> None:
    model, x = autoencoder(), torch.randn(6, 4)
    trace = model({"x": x})
    codes = model.levels[0].posterior_.network(x)
    torch.testing.assert_close(CodeNorm().rows(trace), 0.5 * codes.square().sum(1))


def test_of_a_normal_it_is_half_of_the_second_moments() -> None:
    model, x = trainable_vae(event=4, latent=2), torch.randn(3, 4)
    torch.manual_seed(0)
    trace = model({"x": x}, samples=20_000)
    q = trace["z"].q
    unbiased(0.5 * trace["z"].value.square().sum(-1).detach(), 0.5 * (q.mean.square() + q.variance).sum(-1).detach())
    torch.testing.assert_close(CodeNorm().rows(trace), 0.5 * trace["z"].value.square().sum(-1).mean(0))


def test_one_of_several_latents_must_be_named() -> None:
    with pytest.raises(ConfigError, match=r"say which, site=\.\.\."):
        CodeNorm().losses(m2(), {"x": binary(3)}, Progress())
    assert CodeNorm(site="z").losses(m2(), {"x": binary(3)}, Progress())["model"] > 0
