"""Positive coordinates of mean one."""

from __future__ import annotations

import torch

from lowerbound import distributions
from lowerbound.priors import StandardExponential
from tests.contracts import PriorContract


class TestStandardExponential(PriorContract):
    def make(self):
        return StandardExponential((3,))

    def reference(self, p):
        return distributions.Gamma(2 * p.params["concentration"], p.params["log_rate"] + 1)

    def posterior(self, p):
        return distributions.Gamma(torch.rand(4, 3).double() + 0.5, torch.randn(4, 3).double())


def test_the_density_is_exponential():
    z = torch.tensor([0.1, 0.5, 3.0])
    torch.testing.assert_close(StandardExponential((3,))().log_prob(z), -z.sum())
