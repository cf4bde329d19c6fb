"""Independent Laplace coordinates: as a prior with a few large values and many near zero."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["DiagonalLaplace"]


class DiagonalLaplace(Family):
    """Laplace(location, scale) of each coordinate, the scale growing no faster than its raw parameter.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Mathieu et al., Disentangling Disentanglement in Variational Autoencoders, 2019, section 7 (sparse priors);
    Park and Casella, The Bayesian Lasso, 2008.

    Examples
    --------
    >>> import torch
    >>> DiagonalLaplace((2,))(torch.zeros(5, 2, 2)).mean.shape
    torch.Size([5, 2])
    """

    located = True

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.Laplace:
        """Map (location, raw scale) ``(*lead, 2, *event)`` to the distribution."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        return distributions.Laplace(loc, distributions.gentle_log(raw), len(self.event_shape))
