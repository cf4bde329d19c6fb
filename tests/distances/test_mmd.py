"""The maximum mean discrepancy against closed forms between normals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.distances import MMD
from lowerbound.errors import ConfigError, UnknownNameError
from tests.contracts import DistanceContract

D, SQUARED_LENGTH, SHIFT = 10, 10.0, 0.5
RBF = (SQUARED_LENGTH / (2 * D),)
EXACT = 0.079511393
REPEATS, N = 500, 40


class TestMMD(DistanceContract):
    def make(self):
        return MMD()


class TestBiased(DistanceContract):
    compiles = False

    def make(self):
        return MMD("rbf", (0.5, 2.0), "biased")


class TestPolynomial(DistanceContract):
    compiles = False

    def make(self):
        return MMD("polynomial")


class TestLinear(DistanceContract):
    """Its pairs follow the order of the draws."""

    def make(self):
        return MMD("rbf", (1.0,), "linear")

    def test_the_order_of_draws_does_not_matter(self):
        x, y = self.draws(12, 2), self.draws(12, 2, 1.0, seed=1)
        turned = [torch.cat([v[6:], v[:6]]) for v in (x, y)]
        torch.testing.assert_close(self.value(*turned), self.value(x, y))

    def test_one_draw_each_is_enough(self):
        assert float(self.value(self.draws(1, 2), self.draws(1, 2, 1.0, seed=1))) == 0.0

    def test_both_sides_get_finite_gradients_also_where_draws_coincide(self):
        x, y = self.draws(10, 2).requires_grad_(), self.draws(10, 2, 0.5, seed=1).requires_grad_()
        for gradient in torch.autograd.grad(self.value(x, y), [x, y]):
            assert bool(gradient.isfinite().all())
            assert bool(gradient.any())


def estimates(distance: MMD, shift: float, n: int = N, m: int = N) -> Tensor:
    """The distance in repeated draws from N(0, I) and N(shift, I)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(REPEATS, n, D, generator=generator, dtype=torch.float64)
    y = shift + torch.randn(REPEATS, m, D, generator=generator, dtype=torch.float64)
    return torch.stack([distance(a, b) for a, b in zip(x, y, strict=True)])


def holds(values: Tensor, expected: float) -> bool:
    return abs(float(values.mean()) - expected) < 4 * float(values.std()) / len(values) ** 0.5


@pytest.mark.parametrize("estimator", ["unbiased", "linear"])
def test_between_normals(estimator: str) -> None:
    exact = 2 * (1 + 2 / SQUARED_LENGTH) ** (-D / 2) * -np.expm1(-D * SHIFT**2 / (2 * (SQUARED_LENGTH + 2)))
    np.testing.assert_allclose(exact, EXACT, rtol=0, atol=1e-9)
    assert holds(estimates(MMD("rbf", RBF, estimator), SHIFT), EXACT)


def test_the_bias_of_the_biased_estimate_is_known() -> None:
    n, m = 30, 50
    same = (1 + 2 / SQUARED_LENGTH) ** (-D / 2)
    bias = (1 - same) * (1 / n + 1 / m)
    assert holds(estimates(MMD("rbf", RBF, "biased"), SHIFT, n, m), EXACT + bias)


@pytest.mark.thorough
@pytest.mark.parametrize("estimator", ["unbiased", "linear"])
@pytest.mark.parametrize("kernel", ["imq", "rbf", "polynomial"])
def test_between_equal_distributions_the_mean_is_zero_and_values_may_be_negative(kernel: str, estimator: str) -> None:
    values = estimates(MMD(kernel, estimator=estimator), 0.0)
    assert holds(values, 0.0)
    assert float(values.min()) < 0


@pytest.mark.thorough
def test_the_linear_estimate_has_the_mean_of_the_unbiased_one_and_more_noise() -> None:
    quadratic, linear = (estimates(MMD(estimator=name), 0.3) for name in ("unbiased", "linear"))
    assert holds(linear - quadratic, 0.0)
    assert float(linear.std()) > 2 * float(quadratic.std())


def test_several_scales_are_the_sum_of_each() -> None:
    x, y = torch.randn(2, 20, 3, dtype=torch.float64)
    whole = MMD("imq")(x, y)
    torch.testing.assert_close(whole, sum(MMD("imq", (s,))(x, y) for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)))


def test_the_polynomial_one_sees_a_shift_without_bias() -> None:
    """Between N(0, 1) and N(a, 1): with k = (xy + 1)^3, MMD^2 = 3 m1^2 + 3 m2^2 + m3^2 of moment differences."""
    a = 0.5
    exact = 3 * a**2 + 3 * a**4 + (a**3 + 3 * a) ** 2
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(REPEATS, N, 1, generator=generator, dtype=torch.float64)
    y = a + torch.randn(REPEATS, N, 1, generator=generator, dtype=torch.float64)
    assert holds(torch.stack([MMD("polynomial")(p, q) for p, q in zip(x, y, strict=True)]), exact)


def test_the_biased_estimate_is_zero_between_equal_draws() -> None:
    x = torch.randn(20, 3, dtype=torch.float64)
    assert abs(float(MMD(estimator="biased")(x, x))) < 1e-12


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="estimator='fast'"):
        MMD(estimator="fast")
    with pytest.raises(ConfigError, match="scales"):
        MMD(scales=(1.0, 0.0))
    with pytest.raises(ConfigError, match="scales"):
        MMD(scales=())
    with pytest.raises(UnknownNameError, match="imq"):
        MMD("imqq")
