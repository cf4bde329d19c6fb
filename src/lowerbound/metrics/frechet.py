r"""The Frechet distance: that of two normal distributions with the moments of the features.

.. math:: d^2 = \|\mu_x - \mu_y\|^2 + \mathrm{Tr}(\Sigma_x + \Sigma_y)
                - 2\,\mathrm{Tr}\big((\Sigma_x^{1/2} \Sigma_y \Sigma_x^{1/2})^{1/2}\big)

The last trace is the sum of the singular values of :math:`\Sigma_x^{1/2} \Sigma_y^{1/2}`. The estimate is too large for
few rows: compare values of as many rows only, and see what data against data gives. With the features of an Inception
network it is called FID; with others the number is another one, so the name says which they are.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.metrics.estimate import Estimate, grouped_error
from lowerbound.metrics.features import Features, compared

__all__ = ["frechet_distance"]


def frechet_distance(x: Any, y: Any, features: Features | None = None, *, seed: int = 0) -> Estimate:
    """Return the squared Frechet distance of two sets of rows.

    Parameters
    ----------
    x, y
        Rows, ``(n, *shape)`` and ``(m, *shape)``.
    features
        What to compare them by; the rows themselves unless told.
    seed
        Of the groups of rows that the error is found by.

    References
    ----------
    Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, 2017, equation 6.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [2.0]])
    >>> found = frechet_distance(x, x + 3)
    >>> found.name, round(found.value, 9)
    ('Frechet distance (pixels)', 9.0)
    """
    first, second, name = compared(x, y, features)
    error = grouped_error(_squared, first, second, seed=seed) if min(len(first), len(second)) >= 20 else float("nan")
    return Estimate(f"Frechet distance ({name})", _squared(first, second), error)


def _squared(x: Tensor, y: Tensor) -> float:
    (mean_x, root_x, trace_x), (mean_y, root_y, trace_y) = _moments(x), _moments(y)
    overlap = torch.linalg.svdvals(root_x @ root_y).sum()
    return float((mean_x - mean_y).square().sum() + trace_x + trace_y - 2 * overlap)


def _moments(rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the mean, the symmetric root of the covariance, and its trace."""
    centred = rows - rows.mean(0)
    covariance = centred.T @ centred / (len(rows) - 1)
    values, vectors = torch.linalg.eigh(covariance)
    return rows.mean(0), (vectors * values.clamp(min=0).sqrt()) @ vectors.T, covariance.trace()
