"""Log-gammas whose differences keep their digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import special

from lowerbound.distributions import stirling_rest, stirling_slope
from lowerbound.distributions.stirling import deviance, divergence_rest, entropy_rest, factorial_rest
from tests.distributions.single_precision import agrees

SIZES = torch.logspace(-6, 6, 49).double()


def test_the_rest_completes_the_formula():
    x = torch.cat([torch.logspace(-6, 3, 200).double(), torch.tensor([7.99, 8.0, 8.01]).double()])
    formula = (x - 0.5) * x.log() - x + 0.5 * np.log(2 * np.pi)
    torch.testing.assert_close(formula + stirling_rest(x), torch.lgamma(x), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("x", [0.3, 1.0, 30.0, 1e4, 1e6, 1e8])
def test_float64_is_the_truth_that_float32_is_held_to(x):
    """Differences with a closed form: log Gamma(x + 1) - log Gamma(x) = log x, and the digammas' is 1 / x."""
    assert special.gammaln(x + 1) - special.gammaln(x) == pytest.approx(np.log(x), abs=1e-9 + 1e-15 * x * np.log(x + 1))
    assert special.digamma(x + 1) - special.digamma(x) == pytest.approx(1 / x, abs=1e-14)


def test_the_slope_is_that_of_the_rest_and_completes_the_digamma():
    x = torch.cat([torch.logspace(-6, 3, 200).double(), torch.tensor([7.99, 8.0, 8.01]).double()]).requires_grad_()
    ours = stirling_slope(x)
    torch.testing.assert_close(ours + x.log() - 0.5 / x, torch.digamma(x), rtol=1e-12, atol=1e-11)
    (slope,) = torch.autograd.grad(stirling_rest(x).sum(), x)
    torch.testing.assert_close(ours, slope, rtol=1e-9, atol=1e-10)
    (bend,) = torch.autograd.grad(ours.sum(), x)
    exact = torch.polygamma(1, x) - 1 / x - 0.5 / x.square()
    torch.testing.assert_close(bend, exact, rtol=1e-8, atol=1e-10)


def test_the_slope_keeps_its_digits():
    """The first term left out is 1 / (120 x^4)."""
    x = torch.tensor([1e3, 1e4, 1e6])
    torch.testing.assert_close(stirling_slope(x) * -12 * x.square(), torch.ones(3), rtol=1e-5, atol=0)


def test_the_rests_complete_their_formulas():
    x, y = (v.flatten() for v in torch.meshgrid(torch.logspace(-3, 3, 25).double(), SIZES[12:37], indexing="ij"))
    half_log_2pi = 0.5 * np.log(2 * np.pi)
    for k in (1.0, 7.0):
        formula = (k - 0.5) * x.log() - x + half_log_2pi + entropy_rest(x, k)
        torch.testing.assert_close(formula, torch.lgamma(x) + (k - x) * torch.digamma(x), rtol=1e-10, atol=1e-9)
    bregman = torch.lgamma(y) - torch.lgamma(x) - (y - x) * torch.digamma(x)
    torch.testing.assert_close(deviance(y, (x / y).log()) + divergence_rest(x, y), bregman, rtol=1e-9, atol=1e-9)


def test_the_rest_of_factorials_completes_the_formula():
    x = torch.cat([torch.arange(300.0), torch.tensor([0.3, 7.99, 8.01])]).double()
    torch.testing.assert_close(torch.xlogy(x, x) - x + factorial_rest(x), torch.lgamma(x + 1), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("size", [0.3, 1.0, 30.0, 1e4, 1e6])
@pytest.mark.parametrize("ratio", [1e-4, 1.0, 1e4])
def test_the_divergence_of_log_gamma_keeps_its_digits(size, ratio):
    x = torch.tensor([0.7, 1.0, 1.2, 2.0]) * size

    def plain(a, c):
        return torch.lgamma(c) - torch.lgamma(a) - (c - a) * torch.digamma(a)

    agrees(lambda a, c: deviance(c, (a / c).log(), a) + divergence_rest(a, c), plain, x, ratio * x.flip(0))
