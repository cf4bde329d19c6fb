"""Every composition equally likely."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["UniformSimplex"]


class UniformSimplex(Fixed):
    """Dir(1, ..., 1): a constant density on vectors of K positive numbers that sum to one.

    Parameters
    ----------
    event_shape
        ``(K,)``.

    References
    ----------
    Joo et al., Dirichlet Variational Autoencoder, 2020, section 3.

    Examples
    --------
    >>> UniformSimplex((4,))().mean
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    support = "simplex"

    def density(self, zeros: Tensor) -> distributions.Dirichlet:
        """Return the distribution, of empty batch shape."""
        return distributions.Dirichlet(zeros + 1)
