"""The posterior with a few directions beside the diagonal."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Constant
from lowerbound.errors import ConfigError
from lowerbound.posteriors import LowRankNormal
from tests.contracts import PosteriorContract


class TestLowRankNormal(PosteriorContract):
    def make(self):
        return LowRankNormal((3,))


class TestMoreDirectionsThanCoordinates(PosteriorContract):
    def make(self):
        return LowRankNormal((2,), rank=3)


class TestAgainstALearnedPrior(PosteriorContract):
    def make(self):
        return LowRankNormal((3,), rank=1)

    def prior(self):
        prior = Constant(LowRankNormal((3,), rank=2))
        torch.nn.init.normal_(prior.params, std=0.5)
        return prior


def test_zeros_are_near_the_standard_normal():
    q = LowRankNormal((4,))(torch.zeros(4, 4))
    assert float((q.covariance_matrix - torch.eye(4)).abs().max()) <= 0.03


def test_a_learned_prior_moves_off_zero():
    """At a direction that is exactly zero the likelihood has no gradient."""
    prior = Constant(LowRankNormal((4,), rank=1))
    x = torch.randn(200, 1) @ torch.ones(1, 4)
    prior().log_prob(x).mean().backward()
    assert bool((prior.params.grad != 0).all())


def test_no_direction_is_refused():
    with pytest.raises(ConfigError, match="rank=0"):
        LowRankNormal((3,), rank=0)
