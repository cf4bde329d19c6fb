"""Points spread like a standard normal, for averages that are the same each time."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["mirrored_points"]

SPREAD_EVENLY = 16
"""Largest dimension of a Sobol sequence."""


def mirrored_points(size: int, pairs: int = 128) -> Tensor:
    """Return fixed points like draws of N(0, I), each with its mirror image.

    In up to 16 dimensions they are a scrambled Sobol sequence's; beyond, where its first points are worse than random,
    seeded draws.

    Their mean is 0 and their variance 1 exactly; their covariance is I, as long as there are as many pairs as twice
    the size. Averages of affine functions are exact then, and variances of them.

    Parameters
    ----------
    size
        Of a point.
    pairs
        Half of the points.

    Returns
    -------
    Tensor
        ``(2 * pairs, size)``, float64.

    References
    ----------
    Owen, Scrambling Sobol' and Niederreiter-Xing Points, 1998.

    Examples
    --------
    >>> mirrored_points(3).shape
    torch.Size([256, 3])
    """
    if size <= SPREAD_EVENLY:
        uniform = torch.quasirandom.SobolEngine(size, scramble=True, seed=0).draw(pairs, dtype=torch.float64)
        tiny = 0.25 / pairs
        points = torch.special.ndtri(uniform.clamp(tiny, 1 - tiny))
    else:
        generator = torch.Generator().manual_seed(0)
        points = torch.randn(pairs, size, generator=generator, dtype=torch.float64, device="cpu")
    if 2 * size <= pairs:
        factor = torch.linalg.cholesky(points.T @ points / pairs)
        points = torch.linalg.solve_triangular(factor, points.T, upper=False).T
    else:
        points = points / points.square().mean(0).sqrt()
    return torch.cat([points, -points])
