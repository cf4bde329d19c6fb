"""Fair bits."""

from __future__ import annotations

import torch

from lowerbound import distributions
from lowerbound.priors import UniformBernoulli
from tests.contracts import PriorContract, agreement


class TestUniformBernoulli(PriorContract):
    def make(self):
        return UniformBernoulli((3,))

    def values(self):
        return agreement.every_value((0.0, 1.0), (3,))

    def posterior(self, p):
        return distributions.Bernoulli(torch.randn(4, 3).double())


def test_every_vector_is_equally_likely():
    assert UniformBernoulli((3,))().log_prob(torch.eye(3)).exp().tolist() == [0.125] * 3
