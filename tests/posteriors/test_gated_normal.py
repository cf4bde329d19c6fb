"""Sparse codes."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.distributions import Distribution

from lowerbound.core import Constant
from lowerbound.errors import ConfigError
from lowerbound.posteriors import GatedNormal
from lowerbound.priors import SpikeAndSlab
from tests.contracts import PosteriorContract


class Narrower(Distribution):
    """r of the contract: the same gates, and slabs of a smaller scale."""

    def __init__(self, p):
        values = dict(p.params) | {"log_scale": p.params["log_scale"] - 0.3}
        self.inner = type(p)(**values, temperature=p.temperature, event_dim=p.event_dim_)

    def log_prob(self, value):
        return self.inner.log_prob(value)


class TestGatedNormal(PosteriorContract):
    def make(self):
        return GatedNormal((3,))

    def prior(self):
        return SpikeAndSlab((3,))

    def params(self, lead=(), dtype=torch.float64, seed=0):
        """Gates that are open now and then in every test."""
        return super().params(lead, dtype, seed) + torch.tensor([[1.0], [0.0], [0.0]], dtype=dtype)

    def reference(self, p):
        return Narrower(p)


class TestAgainstALearnedPrior(TestGatedNormal):
    def prior(self):
        prior = Constant(GatedNormal((3,)))
        nn.init.normal_(prior.params, std=0.5)
        return prior


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ConfigError, match="temperature=0"):
        GatedNormal((3,), temperature=0.0)
