"""Independent fair bits."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["UniformBernoulli"]


class UniformBernoulli(Fixed):
    """Probability one half for each value of each bit.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Mnih and Gregor, Neural Variational Inference and Learning in Belief Networks, 2014, section 5.

    Examples
    --------
    >>> UniformBernoulli((2,))().mean
    tensor([0.5000, 0.5000])
    """

    support = "binary"

    def density(self, zeros: Tensor) -> distributions.Bernoulli:
        """Return the distribution, of empty batch shape."""
        return distributions.Bernoulli(zeros, zeros.ndim)
