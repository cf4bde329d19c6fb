"""Overdispersed counts."""

from __future__ import annotations

import torch

from lowerbound.likelihoods import NegativeBinomial
from lowerbound.likelihoods.location_scale import PACE
from tests.contracts import LikelihoodContract


class TestFeature(LikelihoodContract):
    entry = tuple(float(k) for k in range(400))

    def make(self):
        return NegativeBinomial((1,))


class TestNetwork(LikelihoodContract):
    entry = tuple(float(k) for k in range(400))

    def make(self):
        return NegativeBinomial((1, 1, 1), dispersion="network")


class TestTotal(LikelihoodContract):
    entry = tuple(float(k) for k in range(40))

    def make(self):
        made = NegativeBinomial((2,), size="network")
        made.log_dispersion.fill_(3.0)
        return made


class TestTotalAndDispersion(LikelihoodContract):
    entry = tuple(float(k) for k in range(40))

    def make(self):
        made = NegativeBinomial((2,), dispersion="network", size="network")
        made.log_dispersion.fill_(3.0)
        return made


def test_a_learned_dispersion_moves_faster_than_a_weight():
    family = NegativeBinomial((1,))
    family.raw_dispersion.data.fill_(-0.2)
    torch.testing.assert_close(family(torch.zeros(1)).params["log_dispersion"], torch.full((1,), -0.2 * PACE))
