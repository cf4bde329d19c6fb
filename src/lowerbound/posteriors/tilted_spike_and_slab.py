"""The exact posterior of spike-and-slab sparse coding: few latents, every pattern of zeros weighed."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["MOST_LATENTS", "TiltedSpikeAndSlab"]

MOST_LATENTS = 12
"""Latents whose 2^H patterns of zeros are still few enough to be visited for each row."""


class TiltedSpikeAndSlab(Family):
    """A spike and slab times exp(v'u - u'Gu / 2): what a linear-Gaussian observation leaves of it.

    The raw parameters are v, a linear map of x. G and the log-odds are those of the model: they are written by EM, not
    trained.

    Parameters
    ----------
    event_shape
        ``(H,)``, H at most 12.

    Raises
    ------
    ConfigError
        For more latents, or latents that are not vectors.

    References
    ----------
    Luecke and Sheikh, Closed-Form EM for Sparse Coding and its Application to Source Separation, 2012, section 2.

    Examples
    --------
    >>> TiltedSpikeAndSlab((3,))(torch.zeros(5, 3)).inclusion.shape
    torch.Size([5, 3])
    """

    support = "spike-and-slab"
    scored = True
    gram: Tensor
    logits: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        if len(event_shape) != 1 or event_shape[0] > MOST_LATENTS:
            raise ConfigError(
                f"The 2^H patterns of zeros of H latents are visited, for vectors of at most {MOST_LATENTS}; got the "
                f"event shape {tuple(event_shape)}. Use fewer latents."
            )
        self.event_shape = self.params_shape = as_shape(event_shape)
        h = self.event_shape[0]
        self.register_buffer("gram", torch.zeros(h, h))
        self.register_buffer("logits", torch.zeros(h))

    def forward(self, params: Tensor) -> distributions.TiltedSpikeAndSlab:
        """Map v ``(*lead, H)`` to the distribution."""
        return distributions.TiltedSpikeAndSlab(params, self.gram, self.logits)
