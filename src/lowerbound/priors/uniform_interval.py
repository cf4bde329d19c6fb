"""Independent coordinates, uniform between zero and one."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["UniformInterval"]


class UniformInterval(Fixed):
    """Beta(1, 1) of each coordinate.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Nalisnick and Smyth, Stick-Breaking Variational Autoencoders, 2017, section 3.

    Examples
    --------
    >>> UniformInterval((2,))().mean
    tensor([0.5000, 0.5000])
    """

    support = "interval"

    def density(self, zeros: Tensor) -> distributions.Beta:
        """Return the distribution, of empty batch shape."""
        return distributions.Beta(zeros + 1, zeros + 1, zeros.ndim)
