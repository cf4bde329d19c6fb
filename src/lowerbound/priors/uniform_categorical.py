"""Equal probability for each class of a discrete latent."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Component, Size, as_shape

__all__ = ["UniformCategorical"]


class UniformCategorical(Component, nn.Module):
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

    zeros: Tensor

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.register_buffer("zeros", torch.zeros(self.event_shape), persistent=False)

    def forward(self, *contexts: Tensor | None) -> distributions.OneHot:
        """Return the distribution, of empty batch shape."""
        return distributions.OneHot(self.zeros)
