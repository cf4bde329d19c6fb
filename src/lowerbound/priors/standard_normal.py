"""The standard normal prior."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["StandardNormal"]


class StandardNormal(Fixed):
    """N(0, I), whatever the contexts.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, section 3.

    Examples
    --------
    >>> StandardNormal((3,))().mean
    tensor([0., 0., 0.])
    """

    support = "real"

    def density(self, zeros: Tensor) -> distributions.DiagonalNormal:
        """Return the distribution, of empty batch shape."""
        return distributions.DiagonalNormal(zeros, zeros, zeros.ndim)
