"""Counts of words, purchases or reads, given how many there are in the row."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.core.component import positive
from lowerbound.errors import ShapeError

__all__ = ["Multinomial"]


class Multinomial(Family):
    """Which of D things were counted, the row's total being given: p(x | z, sum of x).

    The total of a row is its own and is not modelled: two likelihoods are comparable only if both
    leave it out. The coefficient is part of the density.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    total
        Counts of a drawn row; None for the mean total of the data (one, before training).

    Raises
    ------
    ShapeError
        For rows that are no vectors.
    ConfigError
        For a total below one.

    References
    ----------
    Liang et al., Variational Autoencoders for Collaborative Filtering, 2018, section 2.1; Miao, Yu
    and Blunsom, Neural Variational Inference for Text Processing, 2016, section 3 (documents).

    Examples
    --------
    >>> Multinomial((2,), total=6)(torch.zeros(2)).mean
    tensor([3., 3.])
    """

    support = "count"
    draws: Tensor

    def __init__(self, event_shape: Size, total: int | None = None) -> None:
        super().__init__()
        if len(event_shape) != 1:
            raise ShapeError(f"A multinomial counts vectors (D,); got the shape {tuple(event_shape)}.")
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.total = total if total is None else positive(total, "total")
        self.register_buffer("draws", torch.tensor(float(total or 1)))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take the total of drawn rows from the data's mean counts, where none was given."""
        if self.total is None:
            self.draws.copy_(mean.sum().round().clamp(min=1))

    def forward(self, params: Tensor) -> distributions.Multinomial:
        """Map logits ``(*lead, D)`` to the distribution."""
        return distributions.Multinomial(params, self.draws)
