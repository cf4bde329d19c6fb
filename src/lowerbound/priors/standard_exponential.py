"""Independent positive coordinates of mean one."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["StandardExponential"]


class StandardExponential(Fixed):
    """Gamma(1, 1) of each coordinate: the least informative positive number of a given mean.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, section 5.

    Examples
    --------
    >>> StandardExponential((2,))().mean
    tensor([1., 1.])
    """

    support = "positive"

    def density(self, zeros: Tensor) -> distributions.Gamma:
        """Return the distribution, of empty batch shape."""
        return distributions.Gamma(zeros + 1, zeros, zeros.ndim)
