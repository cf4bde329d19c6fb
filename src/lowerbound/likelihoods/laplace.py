"""Real data with heavier tails than a normal's: p(x | params) = Laplace(x | shift + unit * params, b)."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.location_scale import LocationScale, check_kind

__all__ = ["Laplace"]


class Laplace(LocationScale):
    r"""Independent real entries around a median: absolute errors count, not their squares.

    Parameters
    ----------
    event_shape
        Shape of one row.
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
        For an unknown or non-positive scale.

    References
    ----------
    Park and Casella, The Bayesian Lasso, 2008, section 1.

    Examples
    --------
    >>> import torch
    >>> Laplace((2,), scale=0.5)(torch.zeros(2)).log_prob(torch.zeros(2))
    tensor(0.)
    """

    def __init__(
        self, event_shape: Size, scale: str | float = "feature", floor: float = 1e-3, standardize: bool = True
    ) -> None:
        check_kind("scale", scale, ("feature", "scalar", "network"))
        super().__init__(event_shape, scale, floor, standardize)
        self.scale = scale

    def forward(self, params: Tensor) -> distributions.Laplace:
        """Map raw medians (and log scales) ``(*lead, *params_shape)`` to the distribution."""
        loc, log_scale = self.locate(params, 0.0 if isinstance(self.scale, str) else math.log(self.scale))
        return distributions.Laplace(loc, log_scale, len(self.event_shape))
