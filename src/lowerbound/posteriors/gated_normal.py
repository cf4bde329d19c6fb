"""Sparse codes: latents that are exactly zero for most rows, and normal for the others."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["GatedNormal"]


class GatedNormal(Family):
    """A spike at zero and a normal slab for each coordinate, whose draws are exactly zero where the gate is shut.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    temperature
        Of the relaxed gate that gradients are taken from: biased, the more so the higher it is.

    Raises
    ------
    ConfigError
        For a temperature that is not positive.

    References
    ----------
    Tonolini, Jensen and Murray-Smith, Variational Sparse Coding, 2020, section 3.

    Examples
    --------
    >>> import torch
    >>> GatedNormal((2,))(torch.zeros(3, 2)).inclusion
    tensor([0.5000, 0.5000])
    """

    support = "spike-and-slab"

    def __init__(self, event_shape: Size, temperature: float = 0.5) -> None:
        super().__init__()
        if not 0 < temperature < math.inf:
            raise ConfigError(f"temperature={temperature}: a positive number is needed.")
        self.event_shape = as_shape(event_shape)
        self.temperature = temperature
        self.params_shape = (3, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.GatedNormal:
        """Map (log-odds of the gate, mean, raw scale) ``(*lead, 3, *event)`` to the distribution."""
        dims = len(self.event_shape)
        logits, loc, raw = params.unbind(params.ndim - dims - 1)
        return distributions.GatedNormal(logits, loc, distributions.gentle_log(raw), self.temperature, dims)
