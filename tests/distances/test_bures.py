"""Distances of normals by their moments."""

from __future__ import annotations

import numpy as np
import torch
from scipy.linalg import sqrtm

from lowerbound.distances import bures, frechet

FIRST = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
SECOND = torch.tensor([[1.0, -0.3], [-0.3, 1.5]], dtype=torch.float64)


def test_the_known_number() -> None:
    shift = torch.tensor([1.0, -1.0], dtype=torch.float64)
    np.testing.assert_allclose(float(frechet(shift, FIRST, 0 * shift, SECOND)), 2.463471190, rtol=0, atol=1e-9)


def test_it_is_the_formula_with_matrix_roots_and_symmetric() -> None:
    root = np.real(sqrtm(FIRST.numpy()))
    exact = float(FIRST.trace() + SECOND.trace()) - 2 * np.trace(np.real(sqrtm(root @ SECOND.numpy() @ root)))
    np.testing.assert_allclose(float(bures(FIRST, SECOND)), exact, rtol=1e-10)
    torch.testing.assert_close(bures(SECOND, FIRST), bures(FIRST, SECOND))


def test_it_is_zero_on_itself_also_where_singular() -> None:
    flat = torch.ones(3, 3, dtype=torch.float64)
    for covariance in (FIRST, flat):
        zero = torch.zeros(len(covariance), dtype=torch.float64)
        assert abs(float(frechet(zero, covariance, zero, covariance))) < 1e-8


def test_of_covariances_that_commute_it_is_that_of_deviations() -> None:
    a, b = torch.tensor([1.0, 4.0]), torch.tensor([9.0, 0.25])
    torch.testing.assert_close(bures(torch.diag(a), torch.diag(b)), (a.sqrt() - b.sqrt()).square().sum())
