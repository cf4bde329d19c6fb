"""Class indices: p(x_i | params) = Cat(softmax(params_i)), x_i in {0, ..., K - 1}."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["Categorical"]


class Categorical(Family):
    """Independent entries with one of K classes each.

    Parameters
    ----------
    event_shape
        Shape of one row.
    n_classes
        K, at least 2.

    Raises
    ------
    ConfigError
        For fewer than two classes.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, 2006, section 2.2.

    Examples
    --------
    >>> import torch
    >>> Categorical((2,), 4)(torch.zeros(1, 2, 4)).log_prob(torch.zeros(1, 2))
    tensor([-2.7726])
    """

    support = "levels"

    def __init__(self, event_shape: Size, n_classes: int) -> None:
        super().__init__()
        if n_classes < 2:
            raise ConfigError(f"A categorical likelihood needs at least two classes; got n_classes={n_classes}.")
        self.event_shape = as_shape(event_shape)
        self.n_classes = n_classes
        self.params_shape = (*self.event_shape, n_classes)

    def forward(self, params: Tensor) -> distributions.Categorical:
        """Map logits ``(*lead, *event, K)`` to the distribution."""
        return distributions.Categorical(params, len(self.event_shape))
