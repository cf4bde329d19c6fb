"""Binary data."""

from __future__ import annotations

from lowerbound.likelihoods import Bernoulli
from tests.contracts import LikelihoodContract


class TestBernoulli(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return Bernoulli((2, 3))
