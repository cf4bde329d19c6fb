"""Rows of known distributions."""

from __future__ import annotations

import torch
from torch import Tensor


def normals(n: int, d: int = 2, seed: int = 0, *, shift: float = 0.0, scale: float = 1.0) -> Tensor:
    """Rows of N(shift, scale^2 I), float64."""
    generator = torch.Generator().manual_seed(seed)
    return shift + scale * torch.randn(n, d, generator=generator, dtype=torch.float64)


def with_moments(n: int, mean: Tensor, covariance: Tensor, seed: int = 0) -> Tensor:
    """Rows whose sample mean and sample covariance are exactly these."""
    z = normals(n, len(mean), seed)
    z = z - z.mean(0)
    white = torch.linalg.solve_triangular(torch.linalg.cholesky(z.T @ z / (n - 1)), z.T, upper=False).T
    return mean + white @ torch.linalg.cholesky(covariance).T
