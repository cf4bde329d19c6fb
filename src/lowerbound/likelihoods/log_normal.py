"""Positive data whose logarithm is about normal: p(log x | params) = N(shift + unit * params, sigma^2)."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.location_scale import LocationScale, check_kind
from lowerbound.likelihoods.positive_mean import log_moments

__all__ = ["LogNormal"]


class LogNormal(LocationScale):
    r"""Independent positive entries: relative errors count, whatever the order of magnitude.

    Parameters
    ----------
    event_shape
        Shape of one row.
    scale
        Of log x. ``"feature"``: one learned scale per entry. ``"scalar"``: one learned scale for
        every entry. ``"network"``: given by the network. A number: that scale.
    floor
        Smallest scale, relative to ``unit``: the scale is :math:`\sqrt{s^2 + \mathrm{floor}^2}`.
    standardize
        Whether :meth:`calibrate` takes shift and unit of log x from mean and standard deviation of x.

    Raises
    ------
    ConfigError
        For an unknown or non-positive scale.

    References
    ----------
    Crow and Shimizu, Lognormal Distributions, 1988, chapter 1.

    Examples
    --------
    >>> import torch
    >>> LogNormal((2,), scale=1.0)(torch.zeros(2)).log_prob(torch.ones(2))
    tensor(-1.8379)
    """

    support = "positive"

    def __init__(
        self, event_shape: Size, scale: str | float = "feature", floor: float = 1e-3, standardize: bool = True
    ) -> None:
        check_kind("scale", scale, ("feature", "scalar", "network"))
        super().__init__(event_shape, scale, floor, standardize)
        self.scale = scale

    def in_units(self, mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of log x, were x log-normal."""
        log_mean, spread = log_moments(mean, std)
        return log_mean - 0.5 * spread.square(), spread

    def forward(self, params: Tensor) -> distributions.LogNormal:
        """Map raw log medians (and log scales) ``(*lead, *params_shape)`` to the distribution."""
        loc, log_scale = self.locate(params, 0.0 if isinstance(self.scale, str) else math.log(self.scale))
        return distributions.LogNormal(loc, log_scale, len(self.event_shape))
