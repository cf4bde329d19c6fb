"""The usual posterior."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import Conditional, Constant
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal
from tests.contracts import PosteriorContract, PriorContract


class TestDiagonalNormal(PosteriorContract):
    def make(self):
        return DiagonalNormal((3,))


class TestImageOfLatents(PosteriorContract):
    def make(self):
        return DiagonalNormal((1, 2, 2))


class TestAgainstALearnedPrior(PosteriorContract):
    def make(self):
        return DiagonalNormal((2,))

    def prior(self):
        prior = Constant(DiagonalNormal((2,)))
        nn.init.normal_(prior.params, std=0.5)
        return prior


class TestLearnedPrior(PriorContract):
    def make(self):
        prior = Constant(DiagonalNormal((3,)))
        nn.init.normal_(prior.params, std=0.5)
        return prior


class TestConditionalPrior(PriorContract):
    """p(z | c): a state from above is absent, the condition is there."""

    def make(self):
        torch.manual_seed(3)
        return Conditional(DiagonalNormal((3,)), MLP(((2,),), (2, 3), hidden=()))

    def contexts(self):
        return (None, torch.tensor([0.5, -1.0]))
