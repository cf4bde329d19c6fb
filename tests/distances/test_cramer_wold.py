"""The Cramer-Wold distance against closed forms between normals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.special import hyp1f1

from lowerbound.distances import CramerWold
from lowerbound.distances.cramer_wold import _phi
from lowerbound.errors import ConfigError
from tests.contracts import DistanceContract

S = np.array([0.0, 0.1, 1.0, 5.0, 20.0, 60.0, 200.0, 1000.0])


class TestCramerWold(DistanceContract):
    def make(self):
        return CramerWold()

    @pytest.mark.thorough
    def test_it_is_one_graph_in_three_dimensions(self):
        x = self.draws(6, 3)
        graph = torch.compile(self.make(), backend="aot_eager", fullgraph=True)
        torch.testing.assert_close(graph(x, x + 1), self.value(x, x + 1))


class TestLog(DistanceContract):
    compiles = False

    def make(self):
        return CramerWold(gamma=0.5, log=True)


@pytest.mark.parametrize(
    ("d", "tolerance"), [(1, 1e-12), (2, 1e-7), (3, 2e-5), (10, 2e-5), (19, 2e-5), (20, 1e-2), (64, 5e-3)]
)
def test_the_kernel_is_the_confluent_hypergeometric_function(d: int, tolerance: float) -> None:
    np.testing.assert_allclose(_phi(torch.as_tensor(S), d).numpy(), hyp1f1(0.5, d / 2, -S), rtol=tolerance)


@pytest.mark.parametrize("d", [1, 2, 3, 10, 64])
def test_the_slope_of_the_kernel_is_that_of_its_values(d: int) -> None:
    s = torch.tensor([0.0, 0.5, 7.0, 90.0], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(_phi(s, d).sum(), s)
    with torch.no_grad():
        slope = (_phi(s + 1e-5, d) - _phi(s - 1e-5, d)) / 2e-5
    torch.testing.assert_close(found, slope, rtol=1e-5, atol=1e-9)


def product(d: int, mean: float, variance: float) -> float:
    """<N(m, s I), N(m', s' I)> smoothed: of |m - m'|^2 and the sum of all variances."""
    return float(hyp1f1(0.5, d / 2, -mean / (2 * variance))) / math.sqrt(2 * math.pi * variance)


@pytest.mark.parametrize("d", [1, 3, 8])
def test_between_normals(d: int) -> None:
    gamma, shift, deviation, n, m = 0.3, 0.8, 1.5, 40, 60
    within = [product(d, 0.0, 2 * gamma + 2 * v) for v in (1.0, deviation**2)]
    exact = sum(within) - 2 * product(d, d * shift**2, 2 * gamma + 1 + deviation**2)
    own = product(d, 0.0, 2 * gamma)
    bias = (own - within[0]) / n + (own - within[1]) / m
    torch.manual_seed(0)
    values = torch.stack(
        [
            CramerWold(gamma)(
                torch.randn(n, d, dtype=torch.float64), shift + deviation * torch.randn(m, d, dtype=torch.float64)
            )
            for _ in range(300)
        ]
    )
    assert abs(float(values.mean()) - exact - bias) < 4 * float(values.std()) / 300**0.5


def test_in_one_dimension_it_is_the_integral_of_the_squared_difference_of_densities() -> None:
    x, y, gamma = np.array([0.0, 1.0]), np.array([0.5, 2.0, -1.0]), 0.4

    def density(at: float, centres: np.ndarray) -> float:
        return float(np.mean(np.exp(-((at - centres) ** 2) / (2 * gamma))) / math.sqrt(2 * math.pi * gamma))

    exact = quad(lambda t: (density(t, x) - density(t, y)) ** 2, -8, 9)[0]
    ours = CramerWold(gamma)(torch.as_tensor(x)[:, None], torch.as_tensor(y)[:, None])
    np.testing.assert_allclose(float(ours), exact, rtol=1e-8)


def test_the_width_follows_silverman_s_rule() -> None:
    x, y = torch.randn(2, 50, 3, dtype=torch.float64)
    torch.testing.assert_close(CramerWold()(x, y), CramerWold((4 / 150) ** 0.4)(x, y))
    torch.testing.assert_close(CramerWold(log=True)(x, y), CramerWold()(x, y).log())


def test_equal_draws_have_no_distance() -> None:
    x = torch.randn(20, 3, dtype=torch.float64)
    assert abs(float(CramerWold()(x, x))) < 1e-12
    assert math.isfinite(float(CramerWold(log=True)(x, x)))


def test_a_width_of_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="gamma"):
        CramerWold(0.0)
