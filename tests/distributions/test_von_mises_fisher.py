"""The von Mises-Fisher distribution. Rows 28 and 54 of the exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import special
from torch.distributions import kl_divergence

from lowerbound.distributions import VonMisesFisher
from tests.contracts import agreement

DIMENSIONS = [2, 3, 4, 5, 10, 50, 100, 500]
CONCENTRATIONS = [1e-3, 0.1, 1.0, 3.0, 10.0, 100.0, 1e3, 1e4]


def around_first_axis(d: int, kappa: float, dtype: torch.dtype = torch.float64) -> VonMisesFisher:
    loc = torch.zeros(d, dtype=dtype)
    loc[0] = 1
    return VonMisesFisher(loc, torch.tensor(kappa, dtype=dtype))


def log_area(d: int) -> float:
    return math.log(2) + 0.5 * d * math.log(math.pi) - math.lgamma(0.5 * d)


def test_the_known_divergence_from_uniform():
    exact = kl_divergence(around_first_axis(5, 10.0), around_first_axis(5, 0.0))
    assert float(exact) == pytest.approx(2.416176651237, abs=1e-11)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_the_normaliser_and_the_mean_are_bessel_functions(d):
    """Where scipy's Bessel function does not underflow."""
    checked, order = 0, d / 2 - 1
    for kappa in CONCENTRATIONS:
        bessel = special.ive(order, kappa)
        if bessel < 1e-290:
            continue
        checked += 1
        scaled = math.log(bessel) + 0.5 * d * math.log(2 * math.pi) - order * math.log(kappa)
        for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 2e-5)):
            p = around_first_axis(d, kappa, dtype)
            assert -float(p.log_prob(p.loc)) == pytest.approx(scaled, rel=tolerance, abs=tolerance)
            assert float(p.mean[0]) == pytest.approx(special.ive(d / 2, kappa) / bessel, rel=10 * tolerance, abs=1e-6)
    assert checked >= (3 if d == 500 else 4)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_without_concentration_it_is_uniform(d):
    p = around_first_axis(d, 0.0)
    x = torch.randn(6, d).double()
    torch.testing.assert_close(p.log_prob(x / x.norm(dim=-1, keepdim=True)), torch.full((6,), -log_area(d)).double())
    torch.testing.assert_close(p.variance, torch.ones(d).double() / d, rtol=1e-9, atol=1e-9)
    assert float(p.entropy()) == pytest.approx(log_area(d), rel=1e-9)


@pytest.mark.parametrize("d", [2, 3, 10, 500])
def test_the_normaliser_s_slope_is_the_mean(d):
    kappa = torch.tensor([0.0, 0.5, 20.0, 5e3]).double().requires_grad_()
    loc = torch.zeros(d).double()
    loc[0] = 1
    p = VonMisesFisher(loc, kappa)
    (slope,) = torch.autograd.grad(p.log_prob(-loc).sum(), kappa)
    torch.testing.assert_close(slope, -1 - p.mean[:, 0].detach(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("d", [2, 3, 5, 20, 500])
@pytest.mark.parametrize("kappa", [0.0, 1.0, 30.0, 1e4])
def test_draws_have_the_length_the_mean_and_the_spread(d, kappa):
    torch.manual_seed(0)
    loc = torch.nn.functional.normalize(torch.randn(d).double(), dim=0)
    p = VonMisesFisher(loc, torch.tensor(kappa).double())
    x = p.expand((5000,)).rsample()
    torch.testing.assert_close(x.norm(dim=-1), torch.ones(5000).double(), rtol=1e-9, atol=1e-9)
    along = x @ loc
    agreement.unbiased(along, float(p.mean @ loc), size=0.02)
    second = float(p.variance.sum() + p.mean.square().sum())
    assert second == pytest.approx(1.0, abs=1e-9)
    agreement.unbiased((x - p.mean).square()[:, :3], p.variance[:3])
    other = torch.nn.functional.normalize(torch.randn(d).double(), dim=0)
    across = other - (other @ loc) * loc
    agreement.unbiased(x @ across, 0.0, size=0.02)


def inverse(kappa: float, d: int, u: np.ndarray) -> np.ndarray:
    """The angle below which a share ``u`` lies, by a fine grid."""
    theta = np.linspace(0, np.pi, 400_001)[1:-1]
    log_f = kappa * np.cos(theta) + (d - 2) * np.log(np.sin(theta))
    total = np.cumsum(np.exp(log_f - log_f.max()))
    below = (total - 0.5 * np.exp(log_f - log_f.max())) / total[-1]
    return np.interp(u, below, theta)


@pytest.mark.parametrize(("d", "kappa"), [(2, 2.0), (3, 0.5), (3, 8.0), (5, 30.0), (20, 3.0), (100, 200.0)])
def test_the_gradient_is_that_of_the_inverse_distribution_function(d, kappa):
    torch.manual_seed(0)
    many = torch.full((400,), kappa).double().requires_grad_()
    loc = torch.zeros(d).double()
    loc[0] = 1
    angle = torch.acos(VonMisesFisher(loc, many).rsample()[:, 0])
    (slope,) = torch.autograd.grad(angle.sum(), many)
    u = np.linspace(0.002, 0.998, 4001)
    step = 1e-3 * kappa
    difference = (inverse(kappa + step, d, u) - inverse(kappa - step, d, u)) / (2 * step)
    expected = np.interp(angle.detach().numpy(), inverse(kappa, d, u), difference)
    inside = np.abs(u[np.abs(inverse(kappa, d, u)[:, None] - angle.detach().numpy()).argmin(0)] - 0.5) < 0.49
    np.testing.assert_allclose(slope.numpy()[inside], expected[inside], atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("d", [2, 3, 8])
def test_gradients_of_an_expectation_are_exact(d):
    """E x = A(kappa) mu, so d E[v'x] / d kappa = A'(kappa) v'mu; mu moves it as the mean does."""
    torch.manual_seed(0)
    n, kappa = 25_000, torch.tensor(4.0).double().requires_grad_()
    loc = torch.nn.functional.normalize(torch.randn(d).double(), dim=0)
    v = torch.randn(d).double()
    (exact,) = torch.autograd.grad(VonMisesFisher(loc, kappa).mean @ v, kappa)
    many = kappa.detach().expand(n).clone().requires_grad_()
    raw = loc.expand(n, d).clone().requires_grad_()
    x = VonMisesFisher(torch.nn.functional.normalize(raw, dim=-1), many).rsample()
    slope, turn = torch.autograd.grad((x @ v).sum(), [many, raw])
    agreement.unbiased(slope, float(exact), size=5e-3)
    length = float(VonMisesFisher(loc, kappa).mean.detach() @ loc)
    agreement.unbiased(turn, length * (v - (v @ loc) * loc), size=0.02)


def test_opposite_directions_are_drawn_too():
    p = VonMisesFisher(torch.tensor([-1.0, 0.0, 0.0]), torch.tensor(1e4))
    assert bool((p.rsample((50,))[:, 0] < -0.99).all())


def test_the_divergence_is_its_monte_carlo_estimate():
    loc = torch.nn.functional.normalize(torch.randn(2, 4).double(), dim=-1)
    q, p = VonMisesFisher(loc[:1], torch.tensor([6.0]).double()), VonMisesFisher(loc[1:], torch.tensor([2.0]).double())
    agreement.kl_agrees(q, p, kl_divergence(q, p), n=100_000)
