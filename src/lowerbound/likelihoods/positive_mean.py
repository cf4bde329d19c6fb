r"""What families of counts and of positive numbers share: a mean on the scale of the data, and a dispersion.

With :math:`m` and :math:`c` mean and standard deviation of an entry divided by the mean, and a raw parameter r,

.. math:: \log \mu = \log m + g(u r), \qquad u^2 = \log(1 + c^2),

where g is the identity up to 3, so that raw zero is the mean of the data and raw one a standard deviation more of
the logarithm. Beyond twenty times the mean, :math:`\mu` grows linearly: no raw parameter is an explosion.
"""

from __future__ import annotations

import math
from abc import ABC

import torch
from torch import Tensor, nn

from lowerbound.core import Family, Size, as_shape
from lowerbound.distributions import gentle_log
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.location_scale import PACE

__all__ = ["PositiveMean", "log_moments"]

KNEE = 3.0
EMPTY = 1e-3
"""The mean that an entry gets which is zero in all rows."""
LEAST, MOST = 0.1, 1e4
"""Bounds of the first dispersion."""


def log_moments(mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
    """Return the log of the mean, and the standard deviation of log x were x log-normal."""
    mean = torch.where(mean > 0, mean, EMPTY)
    return mean.log(), torch.log1p((std / mean).square()).sqrt()


class PositiveMean(Family, ABC):
    """Base of families with a positive mean and, maybe, a dispersion.

    Parameters
    ----------
    event_shape
        Shape of one row.
    kind
        Of the dispersion. ``"feature"``: learned, one per entry. ``"network"``: given by the network. None: there is
        none.
    extra
        Further raw parameters of each entry.
    size
        ``"none"``: each entry has a mean of its own. ``"network"``: the mean is a total times a share, the shares
        of a row summing to one; the network gives the total and the shares.

    Raises
    ------
    ConfigError
        For unknown names.
    """

    log_mean: Tensor
    unit: Tensor
    log_dispersion: Tensor
    raw_dispersion: Tensor

    def __init__(self, event_shape: Size, kind: str | None = None, extra: int = 0, size: str = "none") -> None:
        super().__init__()
        if kind not in (None, "feature", "network"):
            raise ConfigError(f"{kind!r} is no dispersion: use feature or network.")
        if size not in ("none", "network"):
            raise ConfigError(f"size={size!r}: use none or network.")
        self.event_shape = as_shape(event_shape)
        self.kind, self.size = kind, size
        self.blocks = 1 + extra + (kind == "network")
        several = (self.blocks, *self.event_shape) if self.blocks > 1 else self.event_shape
        self.params_shape = several if size == "none" else (math.prod(several) + 1,)
        self.register_buffer("log_mean", torch.zeros(self.event_shape))
        self.register_buffer("unit", torch.ones(self.event_shape))
        if kind is not None:
            self.register_buffer("log_dispersion", torch.zeros(self.event_shape))
        if kind == "feature":
            self.raw_dispersion = nn.Parameter(torch.zeros(self.event_shape))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take the first mean, its unit and the first dispersion from the data's mean and standard deviation."""
        log_mean, spread = log_moments(mean, std)
        self.log_mean.copy_(log_mean)
        self.unit.copy_(torch.where(spread > 0, spread, torch.ones_like(spread)))
        if self.kind is not None:
            first = self.first_dispersion(log_mean.exp(), std.square())
            self.log_dispersion.copy_(first.clamp(LEAST, MOST).log())

    def first_dispersion(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the dispersion of entries of that mean and variance."""
        return mean.square() / variance

    def read(self, params: Tensor) -> list[Tensor]:
        """Map raw parameters to log mean, extra blocks and log dispersion (if any), each ``(*lead, *event)``."""
        total = None
        if self.size == "network":
            total, params = params[..., 0], params[..., 1:].unflatten(-1, (self.blocks, *self.event_shape))
        elif self.blocks == 1:
            params = params.unsqueeze(params.ndim - len(self.event_shape))
        raw, *others = params.unbind(params.ndim - len(self.event_shape) - 1)
        if self.kind is not None:
            own = others.pop() if self.kind == "network" else PACE * self.raw_dispersion
            others.append(self.log_dispersion + gentle_log(own))
        return [self._means(self.unit * raw, total), *others]

    def _means(self, raw: Tensor, total: Tensor | None) -> Tensor:
        if total is None:
            return self.log_mean + _bent(raw)
        dims = len(self.event_shape)
        shares = (self.log_mean + raw).flatten(-dims).log_softmax(-1).unflatten(-1, self.event_shape)
        whole = torch.logsumexp(self.log_mean.flatten(), 0) + _bent(total)
        return whole.reshape(*whole.shape, *(1 for _ in self.event_shape)) + shares


def _bent(log: Tensor) -> Tensor:
    """Let what is beyond the knee grow as its logarithm."""
    return gentle_log(log - KNEE) + KNEE
