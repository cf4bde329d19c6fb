r"""Distances of normal distributions by their moments.

.. math:: B(\Sigma_x, \Sigma_y) = \mathrm{Tr}\,\Sigma_x + \mathrm{Tr}\,\Sigma_y
          - 2\, \mathrm{Tr}\big(\Sigma_x^{1/2} \Sigma_y \Sigma_x^{1/2}\big)^{1/2}

The last trace is the sum of the singular values of :math:`\Sigma_x^{1/2} \Sigma_y^{1/2}`, which loses no digits to a
square.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["bures", "frechet"]


def bures(covariance_x: Tensor, covariance_y: Tensor) -> Tensor:
    """Return the squared Bures distance of two covariances ``(d, d)``, a 0-d tensor.

    References
    ----------
    Dowson and Landau, The Frechet Distance between Multivariate Normal Distributions, 1982.

    Examples
    --------
    >>> float(bures(torch.eye(2), 4 * torch.eye(2)))
    2.0
    """
    overlap = torch.linalg.svdvals(_root(covariance_x) @ _root(covariance_y)).sum()
    return covariance_x.trace() + covariance_y.trace() - 2.0 * overlap


def frechet(mean_x: Tensor, covariance_x: Tensor, mean_y: Tensor, covariance_y: Tensor) -> Tensor:
    """Return the squared 2-Wasserstein distance of two normals, by means ``(d,)`` and covariances ``(d, d)``.

    References
    ----------
    Dowson and Landau, The Frechet Distance between Multivariate Normal Distributions, 1982; Heusel et al., GANs
    Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, 2017.

    Examples
    --------
    >>> float(frechet(torch.zeros(2), torch.eye(2), torch.ones(2), torch.eye(2)))
    2.0
    """
    return (mean_x - mean_y).square().sum() + bures(covariance_x, covariance_y)


def _root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    return (vectors * values.clamp(min=0.0).sqrt()) @ vectors.T
