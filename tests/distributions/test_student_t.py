"""Student's t. Rows 31 and 54 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats
from torch.distributions import kl_divergence

from lowerbound.distributions import DiagonalNormal, StudentT
from tests.contracts import agreement
from tests.distributions.single_precision import agrees


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


@pytest.mark.parametrize("df", [0.1, 0.3, 1.0, 30.0, 1e4, 1e6, 1e8])
def test_many_degrees_of_freedom_keep_their_digits(df):
    freedom, x, zeros = torch.full((9, 1), df), torch.linspace(-6, 6, 9)[:, None], torch.zeros(9, 1)

    def log_peak(df):
        return torch.lgamma(0.5 * (df + 1)) - torch.lgamma(0.5 * df) - 0.5 * torch.log(math.pi * df)

    def density(df, x):
        return (log_peak(df) - 0.5 * (df + 1) * torch.log1p(x.square() / df)).sum(-1)

    def entropy(df):
        spread = torch.digamma(0.5 * (df + 1)) - torch.digamma(0.5 * df)
        return (0.5 * (df + 1) * spread - log_peak(df)).sum(-1)

    agrees(lambda df, x: StudentT(df, zeros, zeros).log_prob(x), density, freedom, x)
    agrees(lambda df: StudentT(df, zeros, zeros).entropy(), entropy, freedom)


@pytest.mark.parametrize("df", [1e4, 1e6, 1e8])
def test_the_divergence_from_a_normal_keeps_its_digits(df):
    """It is 3 / (4 df^2) and less, where the normal has the centre and the scale."""
    q, p = StudentT(*torch.tensor([[df], [0.5], [-0.2]])), DiagonalNormal(*torch.tensor([[0.5], [-0.2]]))
    scale = 1 / (df - 2)  # the variance is above one by twice this, which the entropy gives back
    assert float(kl_divergence(q, p)) == pytest.approx(0.0, abs=1e-6 + scale**2)


def test_far_values_keep_their_digits():
    df, x = torch.tensor([[0.3], [1.0], [30.0], [1e4]]), torch.tensor([[1e9], [1e7], [1e5], [1e6]])
    truth = torch.from_numpy(stats.t.logpdf(x.double().numpy(), df.double().numpy()))[:, 0]
    ours = StudentT(df, torch.zeros(4, 1), torch.zeros(4, 1)).log_prob(x)
    torch.testing.assert_close(ours.double(), truth, rtol=1e-6, atol=1e-6)
