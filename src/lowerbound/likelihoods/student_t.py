"""Real data with outliers: p(x | params) = t(x | df, shift + unit * params, s)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.location_scale import PACE, LocationScale, check_kind

__all__ = ["StudentT"]

MOST = 100.0
"""Degrees of freedom from which Student's t is a normal for every use."""


class StudentT(LocationScale):
    r"""Independent real entries whose tails are as heavy as the data say.

    Parameters
    ----------
    event_shape
        Shape of one row.
    df
        ``"feature"``: learned degrees of freedom per entry, between 1 (Cauchy: below there is no
        mean) and 100 (a normal), 10 at first. A number: those.
    scale
        ``"feature"``: one learned scale per entry. ``"scalar"``: one learned scale, the same for
        every entry in the data's own units. ``"network"``: given by the network. A number: that
        scale, in the data's own units.
    floor
        Smallest scale, relative to ``unit``: the scale is :math:`\sqrt{s^2 + \mathrm{floor}^2}`.
    standardize
        Whether :meth:`calibrate` takes shift and unit from the data.

    Raises
    ------
    ConfigError
        For unknown or non-positive degrees of freedom or scale.

    References
    ----------
    Takahashi, Iwata, Yamanaka, Yamada and Yagi, Student-t Variational Autoencoder for Robust Density
    Estimation, 2018, section 3.

    Examples
    --------
    >>> round(StudentT((1,), df=1.0, scale=1.0)(torch.zeros(1)).log_prob(torch.zeros(1)).item(), 4)
    -1.1447
    """

    def __init__(
        self,
        event_shape: Size,
        df: str | float = "feature",
        scale: str | float = "feature",
        floor: float = 1e-3,
        standardize: bool = True,
    ) -> None:
        check_kind("df", df, ("feature",))
        check_kind("scale", scale, ("feature", "scalar", "network"))
        super().__init__(event_shape, scale, floor, standardize)
        self.df, self.scale = df, scale
        if df == "feature":
            self.raw_df = nn.Parameter(torch.zeros(self.event_shape))

    def forward(self, params: Tensor) -> distributions.StudentT:
        """Map raw centres (and log scales) ``(*lead, *params_shape)`` to the distribution."""
        loc, log_scale = self.locate(params, 0.0 if isinstance(self.scale, str) else math.log(self.scale))
        if isinstance(self.df, str):
            df = torch.exp(math.log(MOST) * torch.sigmoid(PACE * self.raw_df))
        else:
            df = torch.full_like(loc, self.df)
        return distributions.StudentT(df, loc, log_scale, len(self.event_shape))
