"""A discrete latent."""

from __future__ import annotations

import torch

from lowerbound.posteriors import OneHotCategorical
from lowerbound.priors import UniformCategorical
from tests.contracts import PosteriorContract


class TestOneHotCategorical(PosteriorContract):
    def make(self):
        return OneHotCategorical((4,))

    def values(self):
        return torch.eye(4).double()

    def prior(self):
        return UniformCategorical((4,))
