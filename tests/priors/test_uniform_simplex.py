"""Every composition equally likely."""

from __future__ import annotations

import torch

from lowerbound import distributions
from lowerbound.priors import UniformSimplex
from tests.contracts import PriorContract


class TestUniformSimplex(PriorContract):
    def make(self):
        return UniformSimplex((3,))

    def reference(self, p):
        return distributions.Dirichlet(1.5 * p.concentration)

    def posterior(self, p):
        return distributions.Dirichlet(torch.rand(4, 3).double() + 0.5)


def test_the_density_is_constant():
    torch.testing.assert_close(
        UniformSimplex((3,))().log_prob(torch.tensor([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])).exp(), torch.full((2,), 2.0)
    )
