"""Counts with zeros of their own."""

from __future__ import annotations

import pytest
import torch

from lowerbound.likelihoods import ZeroInflatedNegativeBinomial
from tests.contracts import LikelihoodContract


class TestFeature(LikelihoodContract):
    entry = tuple(float(k) for k in range(400))

    def make(self):
        return ZeroInflatedNegativeBinomial((1,))


class TestNetwork(LikelihoodContract):
    entry = tuple(float(k) for k in range(400))

    def make(self):
        return ZeroInflatedNegativeBinomial((1,), dispersion="network")


class TestTotal(LikelihoodContract):
    entry = tuple(float(k) for k in range(40))

    def make(self):
        made = ZeroInflatedNegativeBinomial((2,), size="network")
        made.log_dispersion.fill_(3.0)
        return made


def test_the_gate_opens_with_its_logit():
    family = ZeroInflatedNegativeBinomial((1,))
    params = torch.tensor([[[0.0], [raw]] for raw in (-50.0, 0.0, 2.0, 50.0)])
    zero = family(params).log_prob(torch.zeros(1)).exp()
    assert zero.tolist() == pytest.approx([0.5, 0.5 + 0.5 * 0.119203, 0.75, 1.0], abs=1e-5)
