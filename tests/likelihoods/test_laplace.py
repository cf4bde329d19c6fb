"""Real data around a median."""

from __future__ import annotations

from lowerbound.likelihoods import Laplace
from tests.contracts import LikelihoodContract


class TestFeature(LikelihoodContract):
    def make(self):
        return Laplace((2, 2))


class TestScalar(LikelihoodContract):
    def make(self):
        return Laplace((3,), scale="scalar")


class TestNetwork(LikelihoodContract):
    def make(self):
        return Laplace((3,), scale="network", floor=0.01)


class TestFixed(LikelihoodContract):
    def make(self):
        return Laplace((3,), scale=0.25, standardize=False)
