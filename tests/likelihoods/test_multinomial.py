"""Bags of words."""

from __future__ import annotations

import itertools

import pytest
import torch

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods import Multinomial
from tests.contracts import LikelihoodContract


class Counts(LikelihoodContract):
    test_log_prob_sums_over_the_event = None  # the coefficient belongs to the row, not to an entry

    def values(self):
        family = self.make()
        total = family.total or 1
        rows = itertools.product(range(total + 1), repeat=family.event_shape[0])
        return torch.tensor([row for row in rows if sum(row) == total], dtype=torch.float64)


class TestFourDraws(Counts):
    def make(self):
        return Multinomial((3,), total=4)


class TestNotCalibrated(Counts):
    def make(self):
        return Multinomial((3,))


def test_the_total_of_draws_is_that_of_the_data():
    family = Multinomial((3,))
    family.calibrate(torch.tensor([10.2, 0.0, 20.1]), torch.ones(3))
    assert torch.equal(family(torch.zeros(5, 3)).sample().sum(-1), torch.full((5,), 30.0))
    given = Multinomial((3,), total=7)
    given.calibrate(torch.tensor([10.0, 0.0, 20.0]), torch.ones(3))
    assert torch.equal(given(torch.zeros(3)).sample().sum(-1), torch.tensor(7.0))


def test_the_total_of_draws_is_saved():
    family, again = Multinomial((3,)), Multinomial((3,))
    family.calibrate(torch.full((3,), 4.0), torch.ones(3))
    again.load_state_dict(family.state_dict())
    assert float(again(torch.zeros(3)).total) == 12


def test_images_and_no_draws_are_refused():
    with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
        Multinomial((1, 2, 2))
    with pytest.raises(ConfigError, match="total=0"):
        Multinomial((3,), total=0)
