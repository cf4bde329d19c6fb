"""The rule of Gauss and Legendre."""

from __future__ import annotations

import pytest

from lowerbound.distributions import gauss_legendre


@pytest.mark.parametrize("points", [1, 3, 16])
def test_polynomials_up_to_twice_the_points_are_exact(points):
    for degree in range(2 * points):
        total = sum(weight * node**degree for node, weight in gauss_legendre(points))
        assert total == pytest.approx(1 / (degree + 1), rel=1e-12)


def test_a_degree_more_is_not():
    assert sum(weight * node**4 for node, weight in gauss_legendre(2)) != pytest.approx(1 / 5, rel=1e-3)
