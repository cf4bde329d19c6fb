"""What a training loop needs of data: batches in a seeded order that can be rejoined anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor

__all__ = ["Batches"]


class Batches(Protocol):
    """Batches of equal size in an order that is a function of (seed, epoch).

    Attributes
    ----------
    n_rows : int
        Rows of the data.
    steps : int
        Batches an epoch.
    batch_size : int
        Rows of a whole batch, over all processes.
    """

    @property
    def n_rows(self) -> int:
        """Rows of the data."""
        ...

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        ...

    @property
    def batch_size(self) -> int:
        """Rows of a whole batch, over all processes."""
        ...

    def epoch(self, epoch: int, start: int = 0) -> Iterator[dict[str, Tensor]]:
        """Yield the batches of an epoch from batch ``start`` on."""
        ...
