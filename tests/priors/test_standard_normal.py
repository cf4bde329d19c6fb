"""The standard normal prior."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.priors import StandardNormal
from tests.contracts import PriorContract


class TestStandardNormal(PriorContract):
    def make(self):
        return StandardNormal((3,))


class TestImageOfLatents(PriorContract):
    def make(self):
        return StandardNormal((2, 2, 1))


def test_its_density_at_zero():
    p = StandardNormal((4,))()
    assert p.log_prob(torch.zeros(4)).item() == pytest.approx(-2 * math.log(2 * math.pi), rel=1e-6)


def test_it_has_nothing_to_learn_or_to_save():
    prior = StandardNormal((4,))
    assert not list(prior.parameters())
    assert not prior.state_dict()
