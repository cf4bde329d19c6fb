"""Proportions."""

from __future__ import annotations

import pytest
from torch import nn

from lowerbound import distributions
from lowerbound.core import Constant
from lowerbound.errors import ShapeError
from lowerbound.posteriors import Dirichlet
from lowerbound.priors import UniformSimplex
from tests.contracts import PosteriorContract


class TestDirichlet(PosteriorContract):
    def make(self):
        return Dirichlet((4,))

    def prior(self):
        return UniformSimplex((4,))

    def reference(self, p):
        return distributions.Dirichlet(1.5 * p.concentration)


class TestAgainstALearnedPrior(TestDirichlet):
    def prior(self):
        prior = Constant(Dirichlet((4,), least=0.3))
        nn.init.normal_(prior.params, std=0.5)
        return prior


@pytest.mark.parametrize("shape", [(1,), (2, 2)])
def test_what_is_no_vector_of_proportions_is_refused(shape):
    with pytest.raises(ShapeError, match="Proportions"):
        Dirichlet(shape)
