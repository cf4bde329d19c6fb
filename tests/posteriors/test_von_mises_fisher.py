"""Directions."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.distributions import kl_divergence

from lowerbound import distributions
from lowerbound.core import Constant
from lowerbound.errors import ShapeError
from lowerbound.posteriors import VonMisesFisher
from lowerbound.priors import UniformSphere
from tests.contracts import PosteriorContract


class TestVonMisesFisher(PosteriorContract):
    def make(self):
        return VonMisesFisher((4,))

    def prior(self):
        return UniformSphere((4,))

    def reference(self, p):
        return distributions.VonMisesFisher(p.loc, 1.5 * p.concentration)

    def test_kl_has_a_gradient(self):
        """To the uniform prior every direction is equally far."""
        params = self.params((4,)).requires_grad_()
        kl = kl_divergence(self.family()(params), self.prior().double()())
        (gradient,) = torch.autograd.grad(kl.sum(), params)
        assert float(gradient[:, :-1].abs().max()) <= 1e-12
        assert bool((gradient[:, -1] > 0).all())


class TestCircle(PosteriorContract):
    def make(self):
        return VonMisesFisher((2,))

    def reference(self, p):
        return distributions.VonMisesFisher(p.loc, 1.5 * p.concentration)

    def prior(self):
        prior = Constant(VonMisesFisher((2,)))
        nn.init.normal_(prior.params, std=0.7)
        return prior


@pytest.mark.parametrize("shape", [(1,), (2, 2)])
def test_what_is_no_direction_is_refused(shape):
    with pytest.raises(ShapeError, match="Directions"):
        VonMisesFisher(shape)


def test_the_start_points_somewhere():
    q = VonMisesFisher((5,))(torch.zeros(6))
    assert q.loc.tolist() == [1, 0, 0, 0, 0]
    assert 0.4 < float(q.mean.norm()) < 0.8
