"""Positive data with relative errors."""

from __future__ import annotations

import pytest
import torch
from torch import distributions as reference

from lowerbound.likelihoods import LogNormal
from tests.contracts import LikelihoodContract


class Positive(LikelihoodContract):
    def reference(self, p):
        inner = reference.LogNormal(p.params["loc"], 0.6 * p.params["log_scale"].exp())
        return reference.Independent(inner, len(p.event_shape))


class TestFeature(Positive):
    def make(self):
        return LogNormal((2, 2))


class TestNetwork(Positive):
    def make(self):
        return LogNormal((2,), scale="network", floor=0.01)


class TestFixed(Positive):
    def make(self):
        return LogNormal((3,), scale=0.5, standardize=False)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_raw_zero_is_the_log_normal_of_the_data(scale):
    truth = reference.LogNormal(torch.tensor([0.3]).double(), torch.tensor([0.8]).double())
    family = LogNormal((1,), floor=0.0).double()
    family.calibrate(scale * truth.mean, scale * truth.stddev)
    x = truth.sample((10,))
    expected = truth.log_prob(x).sum(-1) - torch.tensor(scale).double().log()
    torch.testing.assert_close(family(torch.zeros(1).double()).log_prob(scale * x), expected, rtol=1e-9, atol=1e-6)


def test_constant_entries_keep_a_unit():
    family = LogNormal((2,))
    family.calibrate(torch.tensor([5.0, 2.0]), torch.tensor([0.0, 1.0]))
    p = family(torch.zeros(2))
    assert p.params["loc"][0].exp().item() == pytest.approx(5.0)
    assert bool(p.log_prob(torch.tensor([5.0, 2.0])).isfinite())
