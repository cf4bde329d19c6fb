"""Equal probabilities."""

from __future__ import annotations

import math

import torch

from lowerbound.priors import UniformCategorical
from tests.contracts import PriorContract


class TestUniformCategorical(PriorContract):
    def make(self):
        return UniformCategorical((5,))

    def values(self):
        return torch.eye(5).double()


def test_every_class_is_equally_likely():
    p = UniformCategorical((8,)).double()()
    torch.testing.assert_close(p.log_prob(torch.eye(8).double()), torch.full((8,), -math.log(8)).double())
