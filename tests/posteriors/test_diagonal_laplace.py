"""Laplace latents."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import Constant
from lowerbound.posteriors import DiagonalLaplace
from tests.contracts import PosteriorContract, PriorContract


class TestDiagonalLaplace(PosteriorContract):
    def make(self):
        return DiagonalLaplace((3,))


class TestAgainstALearnedPrior(PosteriorContract):
    def make(self):
        return DiagonalLaplace((1, 2, 2))

    def prior(self):
        prior = Constant(DiagonalLaplace((1, 2, 2)))
        nn.init.normal_(prior.params, std=0.5)
        return prior


class TestLearnedPrior(PriorContract):
    """Also against normal posteriors."""

    def make(self):
        torch.manual_seed(1)
        prior = Constant(DiagonalLaplace((3,)))
        nn.init.normal_(prior.params, std=0.5)
        return prior
