"""Student's t. Rows 31 and 54 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats
from torch.distributions import kl_divergence

from lowerbound.distributions import DiagonalNormal, StudentT
from tests.contracts import agreement


def numbers(*values: float) -> list[torch.Tensor]:
    return [torch.tensor([value], dtype=torch.float64) for value in values]


@pytest.mark.parametrize("df", [0.7, 3.0, 40.0])
def test_density_variance_and_entropy_are_scipys(df):
    ours = StudentT(*numbers(df, 0.4, math.log(1.7)))
    theirs = stats.t(df, 0.4, 1.7)
    x = torch.linspace(-9, 9, 19).double()[:, None]
    assert ours.log_prob(x).tolist() == pytest.approx(theirs.logpdf(x[:, 0].numpy()), rel=1e-9, abs=1e-9)
    assert float(ours.entropy()) == pytest.approx(float(theirs.entropy()), rel=1e-9)
    assert float(ours.variance) == pytest.approx(float(theirs.var()) if df > 2 else math.inf, rel=1e-9)
    assert float(ours.mean) == float(ours.mode) == 0.4


def test_the_divergence_from_a_normal_is_its_monte_carlo_estimate():
    q, p = StudentT(*numbers(6.0, 0.5, -0.2)), DiagonalNormal(*numbers(0.1, 0.3))
    agreement.kl_agrees(q.expand((1,)), p, kl_divergence(q, p), n=200_000)


def test_the_divergence_from_a_normal_is_infinite_without_a_variance():
    assert float(kl_divergence(StudentT(*numbers(2.0, 0.0, 0.0)), DiagonalNormal(*numbers(0.0, 0.0)))) == math.inf


def test_many_degrees_of_freedom_are_a_normal():
    q, p = StudentT(*numbers(1e7, 0.5, -0.2)), DiagonalNormal(*numbers(0.5, -0.2))
    assert float(kl_divergence(q, p)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("df", [3.0, 8.0])
def test_draws_move_with_the_degrees_of_freedom_as_the_distribution_does(df):
    """d E|x| / d df against a difference of the exact expectation."""
    torch.manual_seed(0)
    shape = torch.full((200_000, 1), df, dtype=torch.float64, requires_grad=True)
    zero = torch.zeros(200_000, 1).double()
    (slope,) = torch.autograd.grad(StudentT(shape, zero, zero).rsample().abs().sum(), shape)

    def mean(v: float) -> float:
        peak = math.lgamma((v + 1) / 2) - math.lgamma(v / 2)
        return 2 * math.sqrt(v / math.pi) * math.exp(peak) / (v - 1)

    agreement.unbiased(slope[:, 0], (mean(df + 1e-4) - mean(df - 1e-4)) / 2e-4, size=0.01)
