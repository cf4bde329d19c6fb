"""Equal probability for each class of a discrete latent."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.priors.fixed import Fixed

__all__ = ["UniformCategorical"]


class UniformCategorical(Fixed):
    """Probability 1/K for each one-hot vector of K entries.

    Parameters
    ----------
    event_shape
        ``(K,)``.

    References
    ----------
    Kingma et al., Semi-supervised Learning with Deep Generative Models, 2014, section 2.

    Examples
    --------
    >>> UniformCategorical((4,))().mean
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    support = "one-hot"

    def density(self, zeros: Tensor) -> distributions.OneHot:
        """Return the distribution, of empty batch shape."""
        return distributions.OneHot(zeros)
