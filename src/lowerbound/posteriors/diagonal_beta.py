"""Independent latents between zero and one: shares, probabilities, degrees."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["DiagonalBeta"]


class DiagonalBeta(Family):
    """Beta(a, b) of each coordinate; zeros give the uniform distribution.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    least
        About the smallest concentration: far below it draws are closer to one than the dtype can tell.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, section 3.

    Examples
    --------
    >>> import torch
    >>> DiagonalBeta((2,))(torch.zeros(2, 2)).mean
    tensor([0.5000, 0.5000])
    """

    support = "interval"

    def __init__(self, event_shape: Size, least: float = 0.5) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.least = least
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.Beta:
        """Map (raw a, raw b) ``(*lead, 2, *event)`` to the distribution."""
        raw = distributions.gentle_concentration(params, self.least)
        a, b = raw.unbind(params.ndim - len(self.event_shape) - 1)
        return distributions.Beta(a, b, len(self.event_shape))
