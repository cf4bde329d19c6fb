"""The standard normal of the Poincare ball."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Distribution

from lowerbound import distributions
from lowerbound.priors import StandardWrappedNormal
from tests.contracts import PriorContract


class TestStandardWrappedNormal(PriorContract):
    def make(self):
        return StandardWrappedNormal((3,))

    def reference(self, p: Distribution):
        assert isinstance(p, distributions.WrappedNormal)
        return distributions.WrappedNormal(p.loc, p.log_scale + math.log(0.6))

    def posterior(self, p):
        loc, log_scale = torch.randn(2, 4, 3).double()
        return distributions.WrappedNormal(0.3 * torch.tanh(loc), 0.3 * log_scale)


def test_it_has_nothing_to_learn():
    assert list(StandardWrappedNormal((2,)).parameters()) == []
    assert StandardWrappedNormal((2,)).state_dict() == {}


def test_the_distance_from_the_origin_is_that_of_a_normal():
    """r = 1: log N(1) of two numbers, less log sinh(1)."""
    x = torch.tensor([[math.tanh(0.5), 0.0]], dtype=torch.float64)
    exact = -0.5 - math.log(2 * math.pi) - math.log(math.sinh(1.0))
    assert float(StandardWrappedNormal((2,)).double()().log_prob(x)) == pytest.approx(exact, abs=1e-12)
