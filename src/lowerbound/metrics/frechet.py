r"""The Frechet distance: that of two normal distributions with the moments of the features.

.. math:: d^2 = \|\mu_x - \mu_y\|^2 + \mathrm{Tr}(\Sigma_x + \Sigma_y)
                - 2\,\mathrm{Tr}\big((\Sigma_x^{1/2} \Sigma_y \Sigma_x^{1/2})^{1/2}\big)

The estimate is too large for few rows: compare values of as many rows only, and see what data against data gives. With
the features of an Inception network it is called FID; with others the number is another one, so the name says which.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lowerbound.distances import frechet
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
    >>> import torch
    >>> x = torch.tensor([[0.0], [2.0]])
    >>> found = frechet_distance(x, x + 3)
    >>> found.name, round(found.value, 9)
    ('Frechet distance (pixels)', 9.0)
    """
    first, second, name = compared(x, y, features)
    error = grouped_error(_squared, first, second, seed=seed) if min(len(first), len(second)) >= 20 else float("nan")
    return Estimate(f"Frechet distance ({name})", _squared(first, second), error)


def _squared(x: Tensor, y: Tensor) -> float:
    return float(frechet(*_moments(x), *_moments(y)))


def _moments(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and the covariance."""
    centred = rows - rows.mean(0)
    return rows.mean(0), centred.T @ centred / (len(rows) - 1)
