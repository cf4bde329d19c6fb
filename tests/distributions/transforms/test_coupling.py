"""Coupling flows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import CouplingTransform, MonotoneAffine, MonotoneSpline
from tests.contracts import TransformContract


class Coupling(TransformContract):
    """Raw parameters are a linear map of the kept coordinate, squashed."""

    kept = 1
    monotone = MonotoneAffine
    outputs = 2

    @property
    def raw_size(self):
        return (self.size - self.kept) * self.outputs

    def make(self, raw):
        def conditioner(kept):
            params = raw.unflatten(-1, (self.size - self.kept, self.outputs))
            return params * torch.cos(kept.sum(-1)[..., None, None])

        return CouplingTransform(conditioner, self.monotone, self.kept)


class TestAffine(Coupling):
    pass


class TestSpline(Coupling):
    monotone = MonotoneSpline
    outputs = 11


class TestNothingKept(Coupling):
    kept = 0


@pytest.mark.parametrize("kind", [TestAffine, TestSpline])
def test_the_kept_part_stays(kind):
    case = kind()
    z = case.z(7).clamp(-4, 4)
    value = case.make(case.raw((7,))).forward(z)[0]
    assert torch.equal(value[:, :1], z[:, :1])
    assert bool((value[:, 1:] != z[:, 1:]).all())
