r"""Real data whose residuals share a few directions: p(x | params) = N(shift + unit * mean, D + FF').

Directions that the latents leave out (a brightness, a batch effect) are then no error of each entry.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.location_scale import LocationScale

__all__ = ["LowRankResidual"]


class LowRankResidual(LocationScale):
    """Real entries with a covariance that is diagonal plus rank r.

    Parameters
    ----------
    event_shape
        Shape of one row.
    rank
        Number of directions r.
    covariance
        ``"network"``: scales and directions are given by the network. ``"feature"``: learned, the
        same for every row, as in factor analysis; the network then gives the mean alone.
    floor
        Smallest standard deviation of an entry, relative to its unit.
    standardize
        Whether :meth:`calibrate` takes shift and unit from the data.

    Raises
    ------
    ConfigError
        For a rank below one or an unknown covariance.

    References
    ----------
    Monteiro et al., Stochastic Segmentation Networks, 2020, section 3.1; Rubin and Thayer, EM
    Algorithms for ML Factor Analysis, 1982 (``"feature"``).

    Examples
    --------
    >>> LowRankResidual((3,), rank=1)(torch.zeros(5, 3, 3)).variance.shape
    torch.Size([5, 3])
    """

    start: Tensor

    def __init__(
        self,
        event_shape: Size,
        rank: int = 4,
        covariance: str = "network",
        floor: float = 1e-3,
        standardize: bool = True,
    ) -> None:
        if covariance not in ("network", "feature"):
            raise ConfigError(f"covariance={covariance!r}: use 'network' or 'feature'.")
        super().__init__(event_shape, covariance, floor, standardize)
        self.rank, self.covariance = positive(rank, "rank"), covariance
        self.register_buffer("start", distributions.small_directions(rank, self.event_shape), persistent=False)
        if covariance == "network":
            self.params_shape = (2 + rank, *self.event_shape)
        else:
            self.directions = nn.Parameter(torch.zeros(rank, *self.event_shape))

    def forward(self, params: Tensor) -> distributions.LowRankNormal:
        """Map raw means (and log scales, and directions) ``(*lead, *params_shape)`` to the distribution."""
        dims = len(self.event_shape)
        if self.covariance == "feature":
            planes, directions = params, self.directions
        else:
            planes, directions = params.split([2, self.rank], -1 - dims)
        loc, log_scale = self.locate(planes)
        directions = distributions.bounded(directions + self.start)
        return distributions.LowRankNormal(loc, log_scale, directions, dims)
