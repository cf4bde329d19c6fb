"""Every direction equally likely."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from lowerbound import distributions
from lowerbound.priors import UniformSphere
from tests.contracts import PriorContract


class TestUniformSphere(PriorContract):
    def make(self):
        return UniformSphere((3,))

    def reference(self, p):
        return distributions.VonMisesFisher(p.loc, p.concentration + 2)

    def posterior(self, p):
        loc = functional.normalize(torch.randn(4, 3).double(), dim=-1)
        return distributions.VonMisesFisher(loc, 5 * torch.rand(4).double())


def test_the_density_is_one_over_the_area():
    x = functional.normalize(torch.randn(6, 3), dim=-1)
    torch.testing.assert_close(UniformSphere((3,))().log_prob(x), torch.full((6,), -math.log(4 * math.pi)))
