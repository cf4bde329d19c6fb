"""Classes made smooth."""

from __future__ import annotations

import pytest
import torch
from scipy import stats

from lowerbound import distributions
from lowerbound.core import Constant
from lowerbound.errors import ConfigError
from lowerbound.posteriors import RelaxedOneHot
from lowerbound.priors import UniformCategorical, UniformSimplex
from tests.contracts import EstimatedPosteriorContract, PosteriorContract


class TestRelaxedOneHot(EstimatedPosteriorContract):
    def make(self):
        return RelaxedOneHot((3,))

    def prior(self):
        return UniformSimplex((3,))

    def reference(self, p):
        return distributions.RelaxedOneHot(p.logits, 1.3 * p.temperature)

    def test_moments_agree_with_samples(self):
        """The mean is that of the discrete draw that the relaxed one rounds to."""
        p = self.family()(self.params())
        rounded = torch.eye(3).double()[p.expand((20_000,)).rsample().argmax(-1)]
        error = (rounded.mean(0) - p.mean).abs() / (p.mean * (1 - p.mean) / len(rounded)).sqrt()
        assert float(error.max()) < stats.norm.ppf(1 - 1e-4)


class TestStraightThrough(PosteriorContract):
    def make(self):
        return RelaxedOneHot((4,), temperature=1.0, straight_through=True)

    def values(self):
        return torch.eye(4).double()

    def prior(self):
        return UniformCategorical((4,))


class TestAgainstARelaxedPrior(TestRelaxedOneHot):
    def prior(self):
        prior = Constant(RelaxedOneHot((3,), temperature=0.5))
        torch.nn.init.normal_(prior.params, std=0.5)
        return prior


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ConfigError, match="temperature=0"):
        RelaxedOneHot((3,), temperature=0.0)
