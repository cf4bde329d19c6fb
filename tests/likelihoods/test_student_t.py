"""Real data with outliers."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import StudentT
from tests.contracts import LikelihoodContract


class TestFeature(LikelihoodContract):
    def make(self):
        return StudentT((2, 2))


class TestNetwork(LikelihoodContract):
    def make(self):
        return StudentT((3,), scale="network")


class TestFixed(LikelihoodContract):
    def make(self):
        return StudentT((2,), df=7.0, scale=0.25, standardize=False)


@pytest.mark.parametrize("df", ["network", 0.0, -1.0, math.inf])
def test_impossible_degrees_of_freedom_are_refused(df):
    with pytest.raises(ConfigError, match="df="):
        StudentT((2,), df=df)


def test_learned_degrees_of_freedom_stay_where_the_mean_exists():
    family = StudentT((5,))
    family.raw_df.data.copy_(torch.tensor([-1e3, -0.1, 0.0, 0.1, 1e3]))
    df = family(torch.zeros(5)).params["df"]
    assert df[0] == 1.0
    assert df[2].item() == pytest.approx(10.0)
    assert df[4].item() == pytest.approx(100.0)
    assert bool((df.diff() > 0).all())


def test_outliers_are_learned_as_heavy_tails():
    """Of Cauchy data the likeliest degrees of freedom are one; of normal data, many."""
    torch.manual_seed(0)
    wild, tame = torch.distributions.Cauchy(0.0, 1.0).sample((4000,)), torch.randn(4000)
    family = StudentT((2,))
    optimizer = torch.optim.Adam(family.parameters(), lr=0.02)
    x = torch.stack([wild, tame], 1)
    for _ in range(60):
        optimizer.zero_grad()
        (-family(torch.zeros(2)).log_prob(x).mean()).backward()
        optimizer.step()
    df = family(torch.zeros(2)).params["df"]
    assert df[0] < 1.5
    assert df[1] > 30
