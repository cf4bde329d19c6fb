"""Inverse autoregressive flows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import MADE
from lowerbound.distributions import AutoregressiveTransform, MonotoneAffine, MonotoneSpline
from tests.contracts import TransformContract
from tests.contracts.transform import jacobian


class Autoregressive(TransformContract):
    """The raw parameters are the context of a fixed network."""

    raw_size = 4
    monotone = MonotoneAffine
    outputs = 2

    def make(self, raw):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = MADE(self.size, self.outputs, (16,), self.raw_size).to(raw.dtype)
            for weight in network.parameters():
                torch.nn.init.normal_(weight, std=0.4)
        return AutoregressiveTransform(lambda z: network(z, raw), self.monotone)


class TestAffine(Autoregressive):
    pass


class TestSpline(Autoregressive):
    monotone = MonotoneSpline
    outputs = 11


@pytest.mark.parametrize("kind", [TestAffine, TestSpline])
def test_the_jacobian_is_triangular(kind):
    case = kind()
    found = jacobian(case.make(case.raw()), case.z())
    assert torch.equal(found, found.tril())
    assert bool((found.diagonal() > 0).all())
