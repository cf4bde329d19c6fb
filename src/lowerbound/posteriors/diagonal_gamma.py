"""Independent positive latents: intensities, rates, amounts."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["DiagonalGamma"]


class DiagonalGamma(Family):
    """Gamma of each coordinate, by its mean and its concentration; zeros give Gamma(1, 1).

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    least
        About the smallest concentration: below it draws underflow.

    References
    ----------
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018, section 5.

    Examples
    --------
    >>> import torch
    >>> DiagonalGamma((2,))(torch.zeros(2, 2)).mean
    tensor([1., 1.])
    """

    support = "positive"

    def __init__(self, event_shape: Size, least: float = 0.1) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.least = least
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.Gamma:
        """Map (raw mean, raw concentration) ``(*lead, 2, *event)`` to the distribution."""
        mean, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        concentration = distributions.gentle_concentration(raw, self.least)
        log_rate = concentration.log() - distributions.gentle_log(mean)
        return distributions.Gamma(concentration, log_rate, len(self.event_shape))
