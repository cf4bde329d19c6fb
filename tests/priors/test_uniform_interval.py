"""Uniform between zero and one."""

from __future__ import annotations

import torch

from lowerbound import distributions
from lowerbound.priors import UniformInterval
from tests.contracts import PriorContract


class TestUniformInterval(PriorContract):
    def make(self):
        return UniformInterval((3,))

    def reference(self, p):
        return distributions.Beta(2 * p.params["a"], 2 * p.params["b"])

    def posterior(self, p):
        return distributions.Beta(*torch.rand(2, 4, 3).double() + 0.5)


def test_the_density_is_one():
    assert abs(float(UniformInterval((3,))().log_prob(torch.tensor([0.1, 0.5, 0.999])))) < 1e-6
