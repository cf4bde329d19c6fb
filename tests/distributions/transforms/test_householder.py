"""Householder flows."""

from __future__ import annotations

import torch

from lowerbound.distributions import HouseholderTransform
from tests.contracts import TransformContract


class TestHouseholder(TransformContract):
    raw_size = 3

    def make(self, raw):
        return HouseholderTransform(raw)


def test_lengths_are_kept():
    v, z = torch.randn(2, 50, 6).double()
    value, log_det = HouseholderTransform(v).forward(z)
    torch.testing.assert_close(value.norm(dim=-1), z.norm(dim=-1), rtol=1e-12, atol=1e-12)
    assert torch.equal(log_det, torch.zeros(50).double())


def test_its_own_direction_is_turned_round():
    v = torch.randn(5).double()
    torch.testing.assert_close(HouseholderTransform(v).forward(3 * v)[0], -3 * v, rtol=1e-12, atol=1e-12)
