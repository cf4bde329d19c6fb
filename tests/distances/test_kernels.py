"""Kernels against their formulas."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distances.kernels import find
from lowerbound.errors import UnknownNameError

X = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
Y = torch.randn(4, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
SQUARE = (X[:, None] - Y).square().sum(-1)


def test_the_inverse_multiquadric_has_the_published_scales() -> None:
    function, scales = find("imq")
    assert scales == (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    torch.testing.assert_close(function(X, Y, scales), sum(6 * s / (6 * s + SQUARE) for s in scales))


def test_the_gaussian_has_squared_lengths_in_units_of_twice_the_dimension() -> None:
    torch.testing.assert_close(find("rbf")[0](X, Y, (0.5,)), torch.exp(-SQUARE / (2 * 3)))


def test_the_polynomial_is_that_of_the_kernel_inception_distance() -> None:
    torch.testing.assert_close(find("polynomial")[0](X, Y, (1.0,)), (X @ Y.T / 3 + 1) ** 3)


@pytest.mark.parametrize("name", ["imq", "rbf", "polynomial"])
def test_a_kernel_of_several_scales_is_the_sum(name: str) -> None:
    function, _ = find(name)
    torch.testing.assert_close(function(X, Y, (0.5, 2.0)), function(X, Y, (0.5,)) + function(X, Y, (2.0,)))


@pytest.mark.parametrize("name", ["imq", "rbf", "polynomial"])
def test_it_is_positive_definite(name: str) -> None:
    function, scales = find(name)
    assert float(torch.linalg.eigvalsh(function(X, X, scales)).min()) > -1e-9


def test_an_unknown_one_brings_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'rbf'"):
        find("rbff")
