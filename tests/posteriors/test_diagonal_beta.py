"""Latents between zero and one."""

from __future__ import annotations

from torch import nn

from lowerbound.core import Constant
from lowerbound.distributions import Beta
from lowerbound.posteriors import DiagonalBeta
from lowerbound.priors import UniformInterval
from tests.contracts import PosteriorContract


class TestDiagonalBeta(PosteriorContract):
    def make(self):
        return DiagonalBeta((3,))

    def prior(self):
        return UniformInterval((3,))

    def reference(self, p):
        return Beta(2 * p.params["a"], 2 * p.params["b"], p.event_dim_)


class TestAgainstALearnedPrior(TestDiagonalBeta):
    def make(self):
        return DiagonalBeta((1, 2, 2), least=0.3)

    def prior(self):
        prior = Constant(DiagonalBeta((1, 2, 2)))
        nn.init.normal_(prior.params, std=0.5)
        return prior
