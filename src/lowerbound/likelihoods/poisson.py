"""Counts whose variance is their mean: p(x | params) = Poisson(x | rate)."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.positive_mean import PositiveMean

__all__ = ["Poisson"]


class Poisson(PositiveMean):
    """Independent counts.

    Parameters
    ----------
    event_shape
        Shape of one row.
    size
        ``"none"``: each entry has a rate of its own. ``"network"``: the network gives one total for the row and the
        share of each entry, for rows that differ in how much was counted.

    Raises
    ------
    ConfigError
        For an unknown size.

    References
    ----------
    McCullagh and Nelder, Generalized Linear Models, 1989, chapter 6.

    Examples
    --------
    >>> import torch
    >>> Poisson((3,))(torch.zeros(2, 3)).log_prob(torch.ones(2, 3))
    tensor([-3., -3.])
    """

    support = "count"

    def __init__(self, event_shape: Size, size: str = "none") -> None:
        super().__init__(event_shape, size=size)

    def forward(self, params: Tensor) -> distributions.Poisson:
        """Map raw log rates ``(*lead, *params_shape)`` to the distribution; zeros give the data's mean."""
        (log_rate,) = self.read(params)
        return distributions.Poisson(log_rate, len(self.event_shape))
