"""Positive latents."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import Constant
from lowerbound.distributions import Gamma
from lowerbound.posteriors import DiagonalGamma
from lowerbound.priors import StandardExponential
from tests.contracts import PosteriorContract


class TestDiagonalGamma(PosteriorContract):
    def make(self):
        return DiagonalGamma((3,))

    def prior(self):
        return StandardExponential((3,))

    def reference(self, p):
        return Gamma(2 * p.params["concentration"], p.params["log_rate"] + 0.7)


class TestAgainstALearnedPrior(TestDiagonalGamma):
    def make(self):
        return DiagonalGamma((1, 2, 2), least=0.3)

    def prior(self):
        prior = Constant(DiagonalGamma((1, 2, 2)))
        nn.init.normal_(prior.params, std=0.5)
        return prior

    def reference(self, p):
        return Gamma(2 * p.params["concentration"], p.params["log_rate"] + 0.7, 3)


def test_mean_and_concentration_are_told_apart():
    params = torch.tensor([[[1.0], [5.0]], [[1.0], [-2.0]]])
    p = DiagonalGamma((1,))(params)
    torch.testing.assert_close(p.mean, torch.full((2, 1), 2.0))
    assert p.variance[0] < p.variance[1]
