"""What families of real numbers share: a place and a scale, in units that the data give.

Both are computed in standardised units and mapped to the data's own, so densities, and with
them every reported number, are those of the data as given.
"""

from __future__ import annotations

import math
from abc import ABC

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError

__all__ = ["PACE", "LocationScale", "check_kind"]

PACE = 10.0
"""How many times faster than a weight a learned log scale moves: by Adam's step, at most the learning rate, it would
take thousands of steps from one to a tenth."""


def check_kind(name: str, value: str | float, kinds: tuple[str, ...]) -> None:
    """Refuse what is neither one of the names nor a positive number.

    Raises
    ------
    ConfigError
        Names what is possible.
    """
    if isinstance(value, str) and value not in kinds:
        raise ConfigError(f"{name}={value!r}: use one of {', '.join(kinds)}, or a positive number.")
    if not isinstance(value, str) and not 0 < value < math.inf:
        raise ConfigError(f"{name}={value}: a fixed {name} is a positive number.")


class LocationScale(Family, ABC):
    r"""Base of families with location :math:`\mathrm{shift} + \mathrm{unit} \cdot r` and a scale of a chosen kind.

    Parameters
    ----------
    event_shape
        Shape of one row.
    kind
        ``"feature"``: one learned scale per entry. ``"scalar"``: one learned scale, the same for
        every entry in the data's own units. ``"network"``: given by the network. A number: the
        subclass says which scale it means. Other names: the subclass holds a ``log_scale``.
    floor
        Smallest scale, relative to ``unit``.
    standardize
        Whether :meth:`calibrate` takes shift and unit from the data.
    """

    shift: Tensor
    unit: Tensor
    raw_scale: Tensor
    shared: tuple[str, ...] = ("scalar",)

    def __init__(self, event_shape: Size, kind: str | float, floor: float, standardize: bool) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.kind, self.floor, self.standardize = kind, floor, standardize
        self.params_shape = (2, *self.event_shape) if kind == "network" else self.event_shape
        self.register_buffer("shift", torch.zeros(self.event_shape))
        self.register_buffer("unit", torch.ones(self.event_shape))
        if kind in ("feature", "scalar"):
            self.raw_scale = nn.Parameter(torch.zeros(self.event_shape if kind == "feature" else ()))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take shift and unit from the data's per-entry mean and standard deviation."""
        if not self.standardize:
            return
        shift, unit = self.in_units(mean, std)
        self.shift.copy_(shift)
        if self.kind in self.shared:
            unit = unit.square().mean().sqrt().expand_as(unit)
        self.unit.copy_(torch.where(unit > 0, unit, torch.ones_like(unit)))

    def in_units(self, mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
        """Return shift and unit of data of that mean and standard deviation."""
        return mean, std

    def locate(self, params: Tensor, fixed: float = 0.0) -> tuple[Tensor, Tensor]:
        """Map raw parameters ``(*lead, *params_shape)`` to location and log scale ``(*lead, *event)``.

        ``fixed`` is the log scale where ``kind`` is a number.
        """
        raw = self.own_log_scale()
        if self.kind == "network":
            params, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        loc = self.place(params)
        if raw is None:
            return loc, torch.full_like(loc, fixed)
        return loc, self._floored(raw) + self.unit.log()

    def place(self, params: Tensor) -> Tensor:
        """Return the location ``(*lead, *event)`` of what a network says of it."""
        return self.shift + self.unit * params

    def own_log_scale(self) -> Tensor | None:
        """Return the log scale that the module itself holds, in units."""
        return PACE * self.raw_scale if self.kind in ("feature", "scalar") else None

    def _floored(self, raw: Tensor) -> Tensor:
        if not self.floor:
            return raw
        return 0.5 * functional.softplus(2 * (raw - math.log(self.floor))) + math.log(self.floor)

    def floor_hits(self, params: Tensor) -> Tensor:
        """Return the share of entries, a 0-d tensor, whose scale is mostly the floor."""
        raw = self.own_log_scale()
        if self.kind == "network":
            raw = params.unbind(params.ndim - len(self.event_shape) - 1)[1]
        if raw is None or not self.floor:
            return torch.zeros(())
        return (raw < math.log(self.floor)).double().mean()
