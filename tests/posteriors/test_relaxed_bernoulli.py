"""Bits made smooth."""

from __future__ import annotations

import pytest
import torch
from scipy import stats

from lowerbound import distributions
from lowerbound.core import Constant
from lowerbound.errors import ConfigError
from lowerbound.posteriors import RelaxedBernoulli
from lowerbound.priors import UniformBernoulli, UniformInterval
from tests.contracts import EstimatedPosteriorContract, PosteriorContract, agreement


class TestRelaxedBernoulli(EstimatedPosteriorContract):
    def make(self):
        return RelaxedBernoulli((3,))

    def prior(self):
        return UniformInterval((3,))

    def reference(self, p):
        return distributions.RelaxedBernoulli(p.params["logits"], 1.3 * p.temperature)

    def test_moments_agree_with_samples(self):
        """The mean is that of the discrete draw that the relaxed one rounds to."""
        p = self.family()(self.params())
        rounded = (p.expand((20_000,)).rsample() > 0.5).double()
        error = (rounded.mean(0) - p.mean).abs() / (p.mean * (1 - p.mean) / len(rounded)).sqrt()
        assert float(error.max()) < stats.norm.ppf(1 - 1e-4)


class TestStraightThrough(PosteriorContract):
    def make(self):
        return RelaxedBernoulli((3,), temperature=1.0, straight_through=True)

    def values(self):
        return agreement.every_value((0.0, 1.0), (3,))

    def prior(self):
        return UniformBernoulli((3,))


class TestAgainstARelaxedPrior(TestRelaxedBernoulli):
    def prior(self):
        prior = Constant(RelaxedBernoulli((3,), temperature=0.5))
        torch.nn.init.normal_(prior.params, std=0.5)
        return prior


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ConfigError, match="temperature=0"):
        RelaxedBernoulli((3,), temperature=0.0)
