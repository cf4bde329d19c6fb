"""A prior under which latents are exactly zero most of the time: sparse codes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape

__all__ = ["SpikeAndSlab"]


class SpikeAndSlab(Component, nn.Module):
    """Each entry is zero with a probability of its own, else N(0, 1), whatever the contexts.

    Parameters
    ----------
    event_shape
        Shape of one latent value. The log-odds of not being zero are learned, from zero on.

    References
    ----------
    Goodfellow, Courville and Bengio, Large-Scale Feature Learning With Spike-and-Slab Sparse Coding, 2012, section 3.

    Examples
    --------
    >>> SpikeAndSlab((3,))().variance
    tensor([0.5000, 0.5000, 0.5000], grad_fn=...)
    """

    support = "spike-and-slab"

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.logits = nn.Parameter(torch.zeros(self.event_shape))

    def forward(self, *contexts: Tensor | None) -> distributions.SpikeAndSlab:
        """Return the distribution, of empty batch shape."""
        return distributions.SpikeAndSlab(self.logits, len(self.event_shape))
