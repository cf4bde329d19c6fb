"""Batches of data that fits into memory: one contiguous tensor, one gather for each batch."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lowerbound.data.batching import Plan
from lowerbound.data.randomness import permutation
from lowerbound.errors import ShapeError

__all__ = ["InMemory"]


class InMemory:
    """Batches by one gather from a contiguous tensor, in an order that depends on (seed, epoch) only.

    Parameters
    ----------
    x : Tensor, (n, *shape)
        Stored rows.
    c : Tensor, optional
        Conditions ``(n, C)``, one-hot or covariates.
    batch_size : int
        Rows of a global batch.
    seed : int, default 0
        Of the order.
    shuffle : bool, default True
        Whether rows are visited in a random order.
    device : str or torch.device, default "cpu"
        Where all rows are put, once.
    shard : tuple of int, default (0, 1)
        Rank and number of processes; each yields its contiguous slice of every global batch.

    Raises
    ------
    ConfigError
        For an impossible batch size or shard.
    ShapeError
        If x and c have different numbers of rows.

    Examples
    --------
    >>> batches = InMemory(torch.arange(10.0)[:, None], batch_size=4, seed=0)
    >>> batches.steps, [batch["x"].shape for batch in batches.epoch(0)]
    (2, [torch.Size([4, 1]), torch.Size([4, 1])])
    """

    def __init__(
        self,
        x: Tensor,
        c: Tensor | None = None,
        *,
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        device: str | torch.device = "cpu",
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        if c is not None and len(c) != len(x):
            raise ShapeError(f"x has {len(x)} rows and c has {len(c)}: every row needs its condition.")
        self.plan = Plan(len(x), batch_size, shard)
        self.x = x.to(device).contiguous()
        self.c = None if c is None else c.to(device).contiguous()
        self.seed = seed
        self.shuffle = shuffle

    @property
    def n_rows(self) -> int:
        """Rows of the training data."""
        return self.plan.n_rows

    @property
    def steps(self) -> int:
        """Batches in an epoch, all of one size."""
        return self.plan.steps

    @property
    def batch_size(self) -> int:
        """Rows of a batch, over all processes."""
        return self.plan.size

    def epoch(self, epoch: int, start: int = 0) -> Iterator[dict[str, Tensor]]:
        """Yield the batches of one epoch from step `start` on: ``{"x": (B, *shape)}`` and ``"c": (B, C)``."""
        order = self._order(epoch).to(self.x.device)
        for step in range(start, self.steps):
            first, last = self.plan.bounds(step)
            yield self._gather(order[first:last])

    def rows(self, epoch: int, step: int) -> Tensor:
        """Return which rows batch `step` of an epoch holds."""
        first, last = self.plan.bounds(step)
        return self._order(epoch)[first:last]

    def _order(self, epoch: int) -> Tensor:
        return permutation(self.n_rows, self.seed, epoch) if self.shuffle else torch.arange(self.n_rows)

    def _gather(self, rows: Tensor) -> dict[str, Tensor]:
        batch = {"x": self.x.index_select(0, rows)}
        if self.c is not None:
            batch["c"] = self.c.index_select(0, rows)
        return batch
