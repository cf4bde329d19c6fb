"""Permutations."""

from __future__ import annotations

import torch

from lowerbound.distributions import PermutationTransform
from tests.contracts import TransformContract


class TestPermutation(TransformContract):
    raw_size = 1

    def make(self, raw):
        return PermutationTransform(torch.tensor([2, 0, 1]))

    def test_one_value_meets_many_parameters(self):
        assert self.make(self.raw()).forward(self.z(2, 4))[1].shape == (2, 4)

    def test_single_precision_stays_finite(self):
        assert self.make(self.raw()).forward(self.z(2).float())[0].dtype == torch.float32

    def test_the_inverse_has_the_gradient_of_the_inverse(self):
        value = self.z().requires_grad_()
        assert torch.autograd.gradcheck(self.make(self.raw()).inverse, (value,))
