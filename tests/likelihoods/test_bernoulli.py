"""Binary data."""

from __future__ import annotations

import torch

from lowerbound.likelihoods import Bernoulli
from tests.contracts import LikelihoodContract


class TestBernoulli(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return Bernoulli((2, 3))


def test_it_starts_from_the_data_s_means():
    family = Bernoulli((3,))
    family.calibrate(torch.tensor([0.25, 0.5, 0.9]), torch.ones(3))
    torch.testing.assert_close(family(torch.zeros(2, 3)).mean, torch.tensor([0.25, 0.5, 0.9]).expand(2, 3))


def test_what_was_never_seen_stays_possible():
    family = Bernoulli((2,))
    family.calibrate(torch.tensor([0.0, 1.0]), torch.zeros(2))
    torch.testing.assert_close(family(torch.zeros(1, 2)).mean, torch.tensor([[1e-3, 0.999]]))
