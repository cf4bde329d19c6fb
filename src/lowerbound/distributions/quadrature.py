"""Integrals over an interval: the nodes of Legendre's polynomials, as eigenvalues of their recurrence."""

from __future__ import annotations

import torch

__all__ = ["gauss_legendre"]


def gauss_legendre(points: int) -> list[tuple[float, float]]:
    """Return (node, weight) of Gauss and Legendre's rule on [0, 1], exact for polynomials of degree 2 points - 1.

    Parameters
    ----------
    points
        Number of nodes.

    References
    ----------
    Golub and Welsch, Calculation of Gauss Quadrature Rules, 1969.

    Examples
    --------
    >>> abs(sum(weight * node**3 for node, weight in gauss_legendre(2)) - 0.25) < 1e-15
    True
    """
    k = torch.arange(1, points, dtype=torch.float64)
    beside = torch.diag(k / (4 * k.square() - 1).sqrt(), 1)
    nodes, vectors = torch.linalg.eigh(beside + beside.T)
    return list(zip((0.5 * (1 + nodes)).tolist(), vectors[0].square().tolist(), strict=True))
