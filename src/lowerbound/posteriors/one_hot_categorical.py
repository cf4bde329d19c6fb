"""A discrete latent as a one-hot vector: enumerated levels, labels, mixture components."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["OneHotCategorical"]


class OneHotCategorical(Family):
    """Cat(softmax(params)) over one-hot vectors of K entries.

    Parameters
    ----------
    event_shape
        ``(K,)``.

    References
    ----------
    Kingma et al., Semi-supervised Learning with Deep Generative Models, 2014, section 2.

    Examples
    --------
    >>> import torch
    >>> OneHotCategorical((3,))(torch.zeros(2, 3)).enumerate_support().shape
    torch.Size([3, 2, 3])
    """

    support = "one-hot"
    enumerable = True

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)

    def forward(self, params: Tensor) -> distributions.OneHot:
        """Map logits ``(*lead, K)`` to the distribution."""
        return distributions.OneHot(params)
