r"""Real data: p(x | params) = N(x | shift + unit * params, sigma^2), five ways to have a variance.

The mean is computed in standardised units and mapped to the data's own, so densities, and
with them every reported number, are those of the data as given.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["PACE", "Normal"]

PACE = 10.0
"""How many times faster than a weight a learned log scale moves: by Adam's step, at most the learning rate, it would
take thousands of steps from one to a tenth."""


class Normal(Family):
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

    Raises
    ------
    ConfigError
        For an unknown or non-positive variance.

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

    shift: Tensor
    unit: Tensor
    log_scale: Tensor
    raw_scale: Tensor
    statistics: Tensor

    def __init__(
        self, event_shape: Size, variance: str | float = "feature", floor: float = 1e-3, standardize: bool = True
    ) -> None:
        super().__init__()
        kinds = ("feature", "scalar", "network", "optimal")
        if isinstance(variance, str) and variance not in kinds:
            raise ConfigError(f"variance={variance!r}: use one of {', '.join(kinds)}, or a positive number.")
        if not isinstance(variance, str) and not 0 < variance < math.inf:
            raise ConfigError(f"variance={variance}: a fixed variance is a positive number.")
        self.event_shape = as_shape(event_shape)
        self.variance, self.floor, self.standardize = variance, floor, standardize
        self.params_shape = (2, *self.event_shape) if variance == "network" else self.event_shape
        self.register_buffer("shift", torch.zeros(self.event_shape))
        self.register_buffer("unit", torch.ones(self.event_shape))
        if variance == "optimal":
            self.register_buffer("log_scale", torch.zeros(()))
            self.register_buffer("statistics", torch.zeros(2))
        elif variance in ("feature", "scalar"):
            self.raw_scale = nn.Parameter(torch.zeros(self.event_shape if variance == "feature" else ()))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take shift and unit from the data's per-entry mean and standard deviation."""
        if not self.standardize:
            return
        self.shift.copy_(mean)
        if self.variance in ("scalar", "optimal"):
            std = std.square().mean().sqrt().expand_as(std)
        self.unit.copy_(torch.where(std > 0, std, torch.ones_like(std)))

    def forward(self, params: Tensor) -> distributions.DiagonalNormal:
        """Map raw means (and log scales) ``(*lead, *params_shape)`` to the distribution."""
        dims = len(self.event_shape)
        raw = self._learned()
        if self.variance == "network":
            params, raw = params.unbind(params.ndim - dims - 1)
        loc = self.shift + self.unit * params
        if raw is None:
            log_scale = torch.full_like(loc, 0.5 * math.log(float(self.variance)))
        else:
            log_scale = self._floored(raw) + self.unit.log()
        if self.variance == "optimal" and self.training:
            return _Counting(loc, log_scale, self)
        return distributions.DiagonalNormal(loc, log_scale, dims)

    def _learned(self) -> Tensor | None:
        """The log scale that the module itself holds, in units."""
        if self.variance == "optimal":
            return self.log_scale
        return PACE * self.raw_scale if self.variance in ("feature", "scalar") else None

    def _floored(self, raw: Tensor) -> Tensor:
        if not self.floor:
            return raw
        return 0.5 * functional.softplus(2 * (raw - math.log(self.floor))) + math.log(self.floor)

    def gather(self, loc: Tensor, value: Tensor) -> None:
        """Add squared errors, in units, to the statistics of the closed-form variance."""
        error = ((value - loc) / self.unit).detach().square()
        self.statistics.add_(torch.stack([error.sum(), error.new_tensor(error.numel())]))

    def update(self, keep: Tensor) -> None:
        """Set the ``"optimal"`` variance to the mean squared error gathered since the last call."""
        if self.variance != "optimal":
            return
        error = self.statistics[0] / self.statistics[1].clamp(min=1.0)
        squared = (error - self.floor**2).clamp(min=torch.finfo(error.dtype).tiny)
        known = keep & (self.statistics[1] > 0)
        self.log_scale.copy_(torch.where(known, 0.5 * squared.log(), self.log_scale))
        self.statistics.zero_()

    def floor_hits(self, params: Tensor) -> Tensor:
        """Return the share of entries, a 0-d tensor, whose variance is mostly the floor."""
        raw = self._learned()
        if self.variance == "network":
            raw = params.unbind(params.ndim - len(self.event_shape) - 1)[1]
        if raw is None or not self.floor:
            return torch.zeros(())
        return (raw < math.log(self.floor)).double().mean()


class _Counting(distributions.DiagonalNormal):
    """A normal that tells its family the errors of what it scores."""

    def __init__(self, loc: Tensor, log_scale: Tensor, family: Normal) -> None:
        super().__init__(loc, log_scale, len(family.event_shape))
        self.family = family

    def log_density(self, value: Tensor) -> Tensor:
        """Return log N, and count the squared errors."""
        self.family.gather(self.params["loc"], value)
        return super().log_density(value)
