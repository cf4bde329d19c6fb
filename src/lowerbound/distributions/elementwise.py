"""Distributions whose density is a product over the entries of the event."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

__all__ = ["Elementwise"]


class Elementwise(Distribution):
    """Base of factorised distributions with ``event_dim`` event axes.

    A subclass says the density of one entry; batch shapes, the sum over the event and
    ``expand`` are here. Argument checks of torch stay off for these objects alone (they break
    compiled graphs): values are checked where data enters.

    Parameters
    ----------
    event_dim
        How many trailing axes form the event.
    trailing
        Axes of the parameters behind the event (1 for class logits).
    **params
        Tensors ``(*batch, *event, *trailing)`` that broadcast together.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, event_dim: int, *, trailing: int = 0, **params: Tensor) -> None:
        self.event_dim_ = event_dim
        self.trailing = trailing
        tensors = torch.broadcast_tensors(*params.values())
        self.params = dict(zip(params, tensors, strict=True))
        shape = tensors[0].shape[: tensors[0].ndim - trailing]
        split = len(shape) - event_dim
        super().__init__(torch.Size(shape[:split]), torch.Size(shape[split:]), validate_args=False)

    @abstractmethod
    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry, shape of ``value`` broadcast with the batch."""

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats summed over the event: ``(*batch,)``."""
        return self.total(self.log_density(value))

    def total(self, entries: Tensor) -> Tensor:
        """Sum over the event: ``(*batch, *event)`` to ``(*batch,)``."""
        return entries.flatten(entries.ndim - self.event_dim_).sum(-1) if self.event_dim_ else entries

    def expand(self, batch_shape: Any, _instance: Any = None) -> Elementwise:
        """Return the distribution with a larger batch shape."""
        new = type(self).__new__(type(self))
        shape = torch.Size(batch_shape) + self.event_shape
        new.__dict__.update(self.__dict__)
        new.params = {
            name: value.expand(shape + value.shape[value.ndim - self.trailing :]) for name, value in self.params.items()
        }
        Distribution.__init__(new, torch.Size(batch_shape), self.event_shape, validate_args=False)
        return new

    def _lead(self, sample_shape: Any) -> torch.Size:
        return torch.Size(sample_shape) + self.batch_shape + self.event_shape
