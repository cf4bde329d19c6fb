r"""Real data: p(x | params) = N(x | shift + unit * params, sigma^2), five ways to have a variance."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.location_scale import PACE, LocationScale, check_kind

__all__ = ["PACE", "Normal"]


class Normal(LocationScale):
    r"""Independent real entries.

    Parameters
    ----------
    event_shape
        Shape of one row.
    variance
        ``"feature"``: one learned variance per entry. ``"scalar"``: one learned variance, the
        same for every entry in the data's own units. ``"network"``: given by the network.
        ``"optimal"``: one variance, set between steps to its maximum-likelihood value, the mean
        squared error (sigma-VAE; errors count alike, so not beneath an enumerated level). A
        number: that variance, in the data's own units.
    floor
        Smallest standard deviation, relative to ``unit``. The standard deviation is
        :math:`\sqrt{s^2 + \mathrm{floor}^2}`; :meth:`floor_hits` counts where the floor rules.
    standardize
        Whether :meth:`calibrate` takes shift and unit from the data. The scalar and optimal
        variances then share one unit, the root mean variance of the entries.
    bounds
        Least and largest mean: it is then ``low + (high - low) sigmoid(params)``, with the data's mean where the
        params are zero. For data of a range whose ends are common, such as the background of pictures.

    Raises
    ------
    ConfigError
        For an unknown or non-positive variance, and for bounds in the wrong order.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix C.2; Rybkin, Daniilidis
    and Levine, Simple and Effective VAE Training with Calibrated Decoders, 2021, equation 5
    (``"optimal"``).

    Examples
    --------
    >>> Normal((2,), variance=1.0)(torch.zeros(3, 2)).log_prob(torch.zeros(3, 2))
    tensor([-1.8379, -1.8379, -1.8379])
    """

    log_scale: Tensor
    statistics: Tensor
    shared = ("scalar", "optimal")

    def __init__(
        self,
        event_shape: Size,
        variance: str | float = "feature",
        floor: float = 1e-3,
        standardize: bool = True,
        bounds: tuple[float, float] | None = None,
    ) -> None:
        check_kind("variance", variance, ("feature", "scalar", "network", "optimal"))
        super().__init__(event_shape, variance, floor, standardize)
        self.variance, self.bounds = variance, bounds
        if bounds is not None and not -math.inf < bounds[0] < bounds[1] < math.inf:
            raise ConfigError(f"bounds={bounds}: the first is below the second, and both are finite.")
        if variance == "optimal":
            self.register_buffer("log_scale", torch.zeros(()))
            self.register_buffer("statistics", torch.zeros(2))

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map raw means (and log scales) ``(*lead, *params_shape)`` to the distribution."""
        fixed = 0.0 if isinstance(self.variance, str) else 0.5 * math.log(self.variance)
        loc, log_scale = self.locate(params, fixed)
        if self.variance == "optimal" and self.training:
            return _Counting(loc, log_scale, self)
        return distributions.DiagonalNormal(loc, log_scale, len(self.event_shape))

    def place(self, params: Tensor) -> Tensor:
        """Return the mean ``(*lead, *event)`` of what a network says of it, within the bounds."""
        if self.bounds is None:
            return super().place(params)
        low, high = self.bounds
        start = torch.logit((self.shift - low) / (high - low), eps=0.01) if self.standardize else 0.0
        return low + (high - low) * torch.sigmoid(start + params)

    def own_log_scale(self) -> Tensor | None:
        """Return the log scale that the module itself holds, in units."""
        return self.log_scale if self.variance == "optimal" else super().own_log_scale()

    def gather(self, loc: Tensor, value: Tensor) -> None:
        """Add squared errors, in units, to the statistics of the closed-form variance."""
        error = ((value - loc) / self.unit).detach().square()
        self.statistics.add_(torch.stack([error.sum(), error.new_full((), error.numel())]))

    def update(self, keep: Tensor) -> None:
        """Set the ``"optimal"`` variance to the mean squared error gathered since the last call."""
        if self.variance != "optimal":
            return
        error = self.statistics[0] / self.statistics[1].clamp(min=1.0)
        squared = (error - self.floor**2).clamp(min=torch.finfo(error.dtype).tiny)
        known = keep & (self.statistics[1] > 0)
        self.log_scale.copy_(torch.where(known, 0.5 * squared.log(), self.log_scale))
        self.statistics.zero_()


class _Counting(distributions.DiagonalNormal):
    """A normal that tells its family the errors of what it scores."""

    def __init__(self, loc: Tensor, log_scale: Tensor, family: Normal) -> None:
        super().__init__(loc, log_scale, len(family.event_shape))
        self.family = family

    def log_density(self, value: Tensor) -> Tensor:
        """Return log N, and count the squared errors."""
        self.family.gather(self.params["loc"], value)
        return super().log_density(value)
