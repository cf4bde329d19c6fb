"""The rate is the ELBO without its distortion."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import noise
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, Distortion, Rate
from tests.contracts import PenaltyContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae


class TestRate(PenaltyContract):
    def make(self):
        return Rate()


def test_distortion_and_rate_are_the_bound() -> None:
    model, x = trainable_vae(event=4, latent=2), torch.randn(6, 4)
    with noise.use(noise.Shared(0)):
        trace = model({"x": x})
    torch.testing.assert_close((Distortion() + 4.0 * Rate())(trace), ELBO(beta=4.0)(trace))


def test_the_rates_of_the_latents_add_up() -> None:
    trace = m2()({"x": binary(5)})
    parts = [Rate(site=name).rows(trace) for name in trace.latents]
    assert len(parts) == 2
    torch.testing.assert_close(sum(parts), Rate().rows(trace))


def test_a_latent_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="no latent variable 'u'; it has z"):
        Rate(site="u")(trainable_vae(event=4, latent=2)({"x": torch.zeros(2, 4)}))
