"""Real data whose residuals share directions."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import LowRankResidual
from tests.contracts import LikelihoodContract


class Joint(LikelihoodContract):
    test_log_prob_sums_over_the_event = None  # entries share directions: the density is no sum over them


class TestGivenByTheNetwork(Joint):
    def make(self):
        return LowRankResidual((3,), rank=2)


class TestLearned(Joint):
    def make(self):
        return LowRankResidual((3,), rank=2, covariance="feature")


class TestImages(Joint):
    def make(self):
        return LowRankResidual((1, 2, 2), rank=1)


def test_it_is_in_the_units_of_the_data():
    family = LowRankResidual((3,), floor=0.0).double()
    plain = LowRankResidual((3,), floor=0.0).double()
    mean, std = torch.tensor([1.0, -5.0, 100.0]).double(), torch.tensor([2.0, 0.1, 30.0]).double()
    family.calibrate(mean, std)
    params, x = torch.randn(7, *family.params_shape).double(), torch.randn(7, 3).double()
    inside = plain(params).log_prob(x) - std.log().sum()
    torch.testing.assert_close(family(params).log_prob(mean + std * x), inside, rtol=1e-9, atol=1e-9)


def test_it_recovers_factor_analysis():
    """With a constant mean its covariance comes to that of the data, off the diagonal too."""
    torch.manual_seed(0)
    truth = torch.eye(3) * 0.3 + torch.ones(3, 3)
    x = torch.randn(1000, 3) @ torch.linalg.cholesky(truth).T
    family = LowRankResidual((3,), rank=1, covariance="feature")
    optimizer = torch.optim.Adam(family.parameters(), 0.1)
    for _ in range(120):
        optimizer.zero_grad()
        (-family(torch.zeros(3)).log_prob(x).mean()).backward()
        optimizer.step()
    covariance = family(torch.zeros(3)).covariance_matrix.detach()
    assert float((covariance - x.T @ x / len(x)).abs().max()) <= 0.05


def test_impossible_arguments_are_refused():
    with pytest.raises(ConfigError, match="rank=0"):
        LowRankResidual((3,), rank=0)
    with pytest.raises(ConfigError, match="covariance='full'"):
        LowRankResidual((3,), covariance="full")
