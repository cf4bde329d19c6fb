"""Data between zero and one, ends excluded: p(x | params) = Beta(x | mean, precision)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.limits import two_concentrations
from lowerbound.likelihoods.location_scale import PACE

__all__ = ["Beta"]

LEAST, MOST = 0.5, 1e4
"""Bounds of the first precision."""


class Beta(Family):
    """Independent entries in (0, 1): shares, rates, probabilities.

    Parameters
    ----------
    event_shape
        Shape of one row.
    precision
        Sum of the two concentrations. ``"feature"``: one learned per entry. ``"network"``: given by the network.

    Raises
    ------
    ConfigError
        For an unknown precision.

    References
    ----------
    Ferrari and Cribari-Neto, Beta Regression for Modelling Rates and Proportions, 2004, equation 4.

    Examples
    --------
    >>> Beta((2,))(torch.zeros(2)).mean.detach()
    tensor([0.5000, 0.5000])
    """

    support = "interval"
    logit: Tensor
    unit: Tensor
    log_sum: Tensor

    def __init__(self, event_shape: Size, precision: str = "feature") -> None:
        super().__init__()
        if precision not in ("feature", "network"):
            raise ConfigError(f"precision={precision!r}: use feature or network.")
        self.event_shape = as_shape(event_shape)
        self.precision = precision
        self.params_shape = (2, *self.event_shape) if precision == "network" else self.event_shape
        self.register_buffer("logit", torch.zeros(self.event_shape))
        self.register_buffer("unit", torch.ones(self.event_shape))
        self.register_buffer("log_sum", torch.full(self.event_shape, 2.0).log())
        if precision == "feature":
            self.raw_precision = nn.Parameter(torch.zeros(self.event_shape))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take the first mean, the unit of its logit and the first precision from the data."""
        variance = mean * (1 - mean)
        self.logit.copy_(torch.logit(mean))
        self.unit.copy_(torch.where(std > 0, std / variance, torch.ones_like(std)))
        self.log_sum.copy_((variance / std.square() - 1).clamp(LEAST, MOST).log())

    def forward(self, params: Tensor) -> distributions.Beta:
        """Map raw logits of the mean (and precisions) ``(*lead, *params_shape)`` to the distribution."""
        if self.precision == "network":
            raw, own = params.unbind(params.ndim - len(self.event_shape) - 1)
        else:
            raw, own = params, PACE * self.raw_precision
        a, b = two_concentrations(self.logit + self.unit * raw, self.log_sum, own)
        return distributions.Beta(a, b, len(self.event_shape))
