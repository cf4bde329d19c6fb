"""Bits, made smooth: binary latents with a gradient through their draws."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["RelaxedBernoulli"]


class RelaxedBernoulli(Family):
    """BinConcrete(logits) of each coordinate, at a temperature.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    temperature
        The closer to zero, the closer draws are to zeros and ones, and the wilder their gradient.
    straight_through
        Draw zeros and ones exactly, and take the gradient of the relaxation at the same noise. The
        gradient is then biased; bound and divergence are those of the discrete latent.

    Raises
    ------
    ConfigError
        For a temperature that is not positive.

    References
    ----------
    Maddison, Mnih and Teh, The Concrete Distribution, 2017; Jang, Gu and Poole, Categorical Reparameterization with
    Gumbel-Softmax, 2017.

    Examples
    --------
    >>> import torch
    >>> RelaxedBernoulli((2,))(torch.zeros(2)).mean
    tensor([0.5000, 0.5000])
    >>> RelaxedBernoulli((2,), straight_through=True).support
    'binary'
    """

    def __init__(self, event_shape: Size, temperature: float = 2 / 3, straight_through: bool = False) -> None:
        super().__init__()
        if not 0 < temperature < math.inf:
            raise ConfigError(f"temperature={temperature}: a positive number is needed.")
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.temperature, self.straight_through = temperature, straight_through
        self.support = "binary" if straight_through else "interval"

    def forward(self, params: Tensor) -> distributions.RelaxedBernoulli | distributions.StraightThroughBernoulli:
        """Map logits ``(*lead, *event)`` to the distribution."""
        if self.straight_through:
            return distributions.StraightThroughBernoulli(params, self.temperature, len(self.event_shape))
        return distributions.RelaxedBernoulli(params, self.temperature, len(self.event_shape))
