"""Several copies of a family for whole rows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli, Categorical, Mixture, Normal
from tests.contracts import LikelihoodContract


class Joint(LikelihoodContract):
    test_log_prob_sums_over_the_event = None  # entries share the component


class TestMixtureOfNormals(Joint):
    def make(self):
        return Mixture(Normal((2,)), components=3)


class TestMixtureOfBernoullis(Joint):
    entry = (0.0, 1.0)

    def make(self):
        return Mixture(Bernoulli((3,)))


class TestMixtureOfCategoricals(Joint):
    entry = (0.0, 1.0, 2.0)

    def make(self):
        return Mixture(Categorical((1, 2, 1), n_classes=3))


def test_it_is_the_weighted_sum():
    family, inner = Mixture(Bernoulli((2,))).double(), Bernoulli((2,))
    params, x = torch.randn(5, 6).double(), torch.randint(0, 2, (5, 2)).double()
    raw = params[:, 2:].reshape(5, 2, 2) + family.start
    weights = params[:, :2].softmax(-1)
    sum_ = sum(weights[:, k] * inner(raw[:, k]).log_prob(x).exp() for k in range(2))
    torch.testing.assert_close(family(params).log_prob(x), sum_.log(), rtol=1e-9, atol=1e-9)


def test_it_takes_the_support_of_its_family():
    assert Mixture(Bernoulli((2,))).support == "binary"
    assert Mixture(Normal((2,))).support == "real"


def test_copies_start_apart():
    family = Mixture(Normal((4,)), components=3)
    means = family(torch.zeros(family.params_shape)).components.mean
    assert float((means[0] - means[1]).abs().max()) > 0.01
    assert float((means[1] - means[2]).abs().max()) > 0.01


def test_the_copies_take_the_scale_of_the_data():
    family = Mixture(Normal((2,), floor=0.0), components=2)
    family.family.calibrate(torch.tensor([100.0, -5.0]), torch.tensor([10.0, 0.1]))
    mean = family(torch.zeros(family.params_shape)).mean
    torch.testing.assert_close(mean, torch.tensor([100.0, -5.0]), rtol=0.02, atol=0)


def test_no_copy_is_refused():
    with pytest.raises(ConfigError, match="components=0"):
        Mixture(Normal((2,)), components=0)
