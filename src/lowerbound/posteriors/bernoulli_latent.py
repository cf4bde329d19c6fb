"""Bits: binary latents, drawn as they are and trained by the score function."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["BernoulliLatent"]


class BernoulliLatent(Family):
    """Bern(sigmoid(params)) of each coordinate.

    Its draws have no gradient: objectives that know train it by the score function (ELBO, VIMCO, DisARM, REBAR),
    others refuse it.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Mnih and Gregor, Neural Variational Inference and Learning in Belief Networks, 2014.

    Examples
    --------
    >>> import torch
    >>> BernoulliLatent((2,))(torch.zeros(2)).mean
    tensor([0.5000, 0.5000])
    """

    support = "binary"
    scored = True

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)

    def forward(self, params: Tensor) -> distributions.Bernoulli:
        """Map logits ``(*lead, *event)`` to the distribution."""
        return distributions.Bernoulli(params, len(self.event_shape))
