r"""Real images whose residuals are correlated: p(x | params) = N(shift + unit * mean, (L L')^-1).

The network gives the mean and, pixel by pixel, a sparse Cholesky factor of the precision; with all
raw parameters zero the residuals are independent, of the data's own standard deviation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods.location_scale import LocationScale

__all__ = ["StructuredNormal"]


class StructuredNormal(LocationScale):
    r"""Images ``(C, H, W)`` with a residual that follows the edges and shades of its neighbours.

    For 8-bit images: fit their grey levels as real numbers, plus noise from U[0, 1) so that no
    density can grow without bound. The density in units of one grey level then bounds the
    probability of the level, and -log2 p(x) / (C H W) is an upper bound of the bits per dimension.

    Parameters
    ----------
    event_shape
        ``(C, H, W)``; channels are independent.
    covariance
        ``"network"``: scales and weights are given by the network. ``"feature"``: learned for each
        pixel, the same for every row; the network then gives the mean alone.
    size
        Width of the neighbourhood, odd: with 3, each pixel leans on 4 neighbours.
    floor
        Smallest standard deviation of a pixel given its neighbours, relative to the unit.
    standardize
        Whether :meth:`calibrate` takes shift and unit from the data; the unit is the root mean
        variance of the entries, the same for all.

    Raises
    ------
    ShapeError
        For rows that are no images.
    ConfigError
        For an unknown covariance, or a neighbourhood without a middle.

    References
    ----------
    Dorta et al., Structured Uncertainty Prediction Networks, 2018, sections 3 and 4; Theis, van
    den Oord and Bethge, A Note on the Evaluation of Generative Models, 2016, section 3.1 (the
    bound by noise on grey levels).

    Examples
    --------
    >>> family = StructuredNormal((1, 4, 4))
    >>> family.params_shape
    (6, 1, 4, 4)
    >>> family(torch.zeros(3, *family.params_shape)).log_prob(torch.zeros(3, 1, 4, 4))
    tensor([-14.7030, -14.7030, -14.7030])
    """

    shared = ("network", "feature")

    def __init__(
        self,
        event_shape: Size,
        covariance: str = "network",
        size: int = 3,
        floor: float = 1e-3,
        standardize: bool = True,
    ) -> None:
        if len(event_shape) != 3:
            raise ShapeError(f"A structured normal is over images (C, H, W); got the shape {tuple(event_shape)}.")
        if covariance not in ("network", "feature"):
            raise ConfigError(f"covariance={covariance!r}: use 'network' or 'feature'.")
        if size < 3 or size % 2 == 0:
            raise ConfigError(f"size={size}: a neighbourhood is an odd number of pixels wide, at least 3.")
        super().__init__(event_shape, covariance, floor, standardize)
        self.covariance, self.size = covariance, size
        count = len(distributions.following(size))
        if covariance == "network":
            self.params_shape = (2 + count, *self.event_shape)
        else:
            self.weights = nn.Parameter(torch.zeros(count, *self.event_shape))

    def forward(self, params: Tensor) -> distributions.StructuredNormal:
        """Map raw means (and log scales, and weights) ``(*lead, *params_shape)`` to the distribution."""
        weights = self.weights if self.covariance == "feature" else params[..., 2:, :, :, :]
        planes = params if self.covariance == "feature" else params[..., :2, :, :, :]
        return distributions.StructuredNormal(*self.locate(planes), weights, self.size)
