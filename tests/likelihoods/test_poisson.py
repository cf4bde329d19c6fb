"""Counts."""

from __future__ import annotations

from lowerbound.likelihoods import Poisson
from tests.contracts import LikelihoodContract


class TestPoisson(LikelihoodContract):
    entry = tuple(float(k) for k in range(30))

    def make(self):
        return Poisson((2,))


class TestTotal(LikelihoodContract):
    entry = tuple(float(k) for k in range(30))

    def make(self):
        return Poisson((2,), size="network")
