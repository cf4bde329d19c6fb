"""Independent Student's t coordinates: tails that an outlying row can use."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["DiagonalStudentT"]


class DiagonalStudentT(Family):
    """t(df, centre, scale) of each coordinate, the scale growing no faster than its raw parameter.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    df
        Degrees of freedom, above two so that the variance exists.

    Raises
    ------
    ConfigError
        For too few degrees of freedom.

    References
    ----------
    Abiri and Ohlsson, Variational auto-encoders with Student's t-prior, 2019, section 3.

    Examples
    --------
    >>> DiagonalStudentT((2,), df=4.0)(torch.zeros(2, 2)).variance
    tensor([2., 2.])
    """

    located = True

    def __init__(self, event_shape: Size, df: float = 5.0) -> None:
        super().__init__()
        if not 2 < df < math.inf:
            raise ConfigError(f"df={df}: Student's t needs more than two degrees of freedom to have a variance.")
        self.event_shape = as_shape(event_shape)
        self.df = df
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.StudentT:
        """Map (centre, raw scale) ``(*lead, 2, *event)`` to the distribution."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        df = torch.full_like(loc, self.df)
        return distributions.StudentT(df, loc, distributions.gentle_log(raw), len(self.event_shape))
