"""Directions: latents on a sphere, where the uniform prior cannot be collapsed to by shrinking."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ShapeError

__all__ = ["VonMisesFisher"]


class VonMisesFisher(Family):
    """vMF(direction, concentration) over unit vectors of D numbers.

    Zeros give the first axis and a concentration of D, a mean about 0.6 long.

    Parameters
    ----------
    event_shape
        ``(D,)``, D at least two.

    Raises
    ------
    ShapeError
        For latents that are not vectors of two numbers or more.

    References
    ----------
    Davidson et al., Hyperspherical Variational Auto-Encoders, 2018, section 3; Xu and Durrett, Spherical Latent
    Spaces for Stable Variational Autoencoders, 2018.

    Examples
    --------
    >>> VonMisesFisher((3,))(torch.zeros(5, 4)).concentration
    tensor([3., 3., 3., 3., 3.])
    """

    support = "sphere"

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        if len(event_shape) != 1 or event_shape[0] < 2:
            raise ShapeError(f"Directions are vectors of two numbers or more; got the shape {tuple(event_shape)}.")
        self.event_shape = as_shape(event_shape)
        self.params_shape = (event_shape[0] + 1,)

    def forward(self, params: Tensor) -> distributions.VonMisesFisher:
        """Map (direction before scaling, raw concentration) ``(*lead, D + 1)`` to the distribution."""
        d = self.event_shape[0]
        direction = params[..., :d] + functional.pad(params.new_ones(1), (0, d - 1))
        square = direction.square().sum(-1, keepdim=True)
        loc = direction * (square + torch.finfo(square.dtype).tiny).rsqrt()
        return distributions.VonMisesFisher(loc, d * distributions.gentle_log(params[..., d]).exp())
