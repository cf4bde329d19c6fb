"""The independence criterion."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from lowerbound.distances import hsic
from lowerbound.errors import DataError

X = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
Y = torch.randn(5, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_over_all_orders_of_the_rows_its_mean_is_zero() -> None:
    values = torch.stack([hsic(X, Y[list(order)]) for order in permutations(range(5))])
    assert abs(float(values.mean())) < 1e-15
    assert float(values.std()) > 1e-3


def test_the_biased_one_is_the_trace() -> None:
    def kernel(v: torch.Tensor) -> torch.Tensor:
        square = torch.cdist(v, v).square()
        return torch.exp(-square / (2 * square.sum() / 20))

    centring = torch.eye(5, dtype=torch.float64) - 1 / 5
    exact = (kernel(X) @ centring @ kernel(Y) @ centring).trace() / 25
    torch.testing.assert_close(hsic(X, Y, unbiased=False), exact)


def test_independent_rows_have_none_and_dependent_ones_have() -> None:
    torch.manual_seed(0)
    draws = torch.randn(200, 2, 30, 1, dtype=torch.float64)
    apart = torch.stack([hsic(x, y) for x, y in draws])
    joined = torch.stack([hsic(x, x.square() + 0.1 * y) for x, y in draws])
    assert abs(float(apart.mean())) < 4 * float(apart.std()) / 200**0.5
    assert float(joined.mean()) > 20 * float(joined.std()) / 200**0.5


def test_units_do_not_matter_and_a_constant_depends_on_nothing() -> None:
    torch.testing.assert_close(hsic(X, 1000 * Y), hsic(X, Y))
    assert float(hsic(X, torch.ones(5, 1, dtype=torch.float64), unbiased=False)) == 0.0


def test_rows_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(DataError, match="5 rows of x and 4 of y"):
        hsic(X, Y[:4])
    with pytest.raises(DataError, match="at least 4"):
        hsic(X[:3], Y[:3])
