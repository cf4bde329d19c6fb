"""Batches of data that does not fit into memory: blocks in a seeded order, shuffled inside a buffer.

The rows of an epoch form one sequence: the blocks of `block_rows` rows are put in a random order, taken
`buffer_blocks - 2` at a time, and shuffled within such a group. Batch k is rows ``k * batch_size`` up to
``(k + 1) * batch_size`` of the sequence. The order depends on (seed, epoch) only, so that any batch can be
found again without reading those before it; room is left for the block being read and for rows carried over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.data.batching import Plan
from lowerbound.data.randomness import permutation
from lowerbound.data.streams import Source
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["Streaming"]


class Streaming:
    """Batches from a source, holding at most ``block_rows * buffer_blocks`` rows.

    Parameters
    ----------
    source : Source
        Stored rows, read in stretches.
    c : Source, optional
        Conditions ``(n, C)``, one-hot or covariates.
    batch_size : int
        Rows of a global batch.
    seed : int, default 0
        Of the order.
    block_rows : int, default 8192
        Rows read at once, at least `batch_size`.
    buffer_blocks : int, default 8
        Blocks in memory, at least 3; rows are shuffled across all but two of them.
    device : str or torch.device, default "cpu"
        Where the buffer is.
    shard : tuple of int, default (0, 1)
        Rank and number of processes; each yields its contiguous slice of every global batch.

    Raises
    ------
    ConfigError
        For an impossible batch size, block size, buffer or shard.
    ShapeError
        If source and c have different numbers of rows.

    Examples
    --------
    >>> class Count:
    ...     def __len__(self): return 20
    ...     def read(self, start, stop): return torch.arange(start, stop)
    >>> batches = Streaming(Count(), batch_size=5, block_rows=5, buffer_blocks=3)
    >>> sorted(torch.cat([batch["x"] for batch in batches.epoch(0)]).tolist()) == list(range(20))
    True
    """

    def __init__(
        self,
        source: Source,
        c: Source | None = None,
        *,
        batch_size: int,
        seed: int = 0,
        block_rows: int = 8192,
        buffer_blocks: int = 8,
        device: str | torch.device = "cpu",
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        if c is not None and len(c) != len(source):
            raise ShapeError(f"x has {len(source)} rows and c has {len(c)}: every row needs its condition.")
        self.plan = Plan(len(source), batch_size, shard)
        if block_rows < self.plan.size:
            raise ConfigError(f"block_rows={block_rows} is less than a batch of {self.plan.size} rows: raise it.")
        if buffer_blocks < 3:
            raise ConfigError(f"buffer_blocks is at least 3, got {buffer_blocks}.")
        self.sources = {"x": source} if c is None else {"x": source, "c": c}
        self.seed = seed
        self.block_rows = block_rows
        self.buffer_blocks = buffer_blocks
        self.device = torch.device(device)

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
        size, position = self.plan.size, start * self.plan.size
        buffer = _Buffer(self)
        step = start
        for index, (first, blocks) in enumerate(self._groups(epoch)):
            rows = sum(stop - begin for begin, stop in blocks)
            if first + rows <= position:
                continue
            order = permutation(rows, self.seed, epoch, index + 1).to(self.device)
            buffer.fill(blocks, order[max(position - first, 0) :])
            while len(buffer) >= size and step < self.steps:
                begin, stop = (bound - step * size for bound in self.plan.bounds(step))
                yield buffer.take(begin, stop, size)
                step += 1

    def _groups(self, epoch: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Yield, group by group, its place in the sequence of rows and the bounds of its blocks."""
        starts = permutation(-(-self.n_rows // self.block_rows), self.seed, epoch, 0) * self.block_rows
        place = 0
        for group in starts.split(self.buffer_blocks - 2):
            bounds = [(begin, min(begin + self.block_rows, self.n_rows)) for begin in group.tolist()]
            yield place, bounds
            place += sum(stop - begin for begin, stop in bounds)


@dataclass
class _Buffer:
    """The rows in memory, and the order in which those not yet used will be."""

    batches: Streaming

    def __post_init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.order = torch.empty(0, dtype=torch.int64, device=self.batches.device)

    def __len__(self) -> int:
        return len(self.order)

    def fill(self, blocks: list[tuple[int, int]], order: Tensor) -> None:
        """Move the rows carried over to the front and read `blocks` behind them."""
        carried = len(self.order)
        for name, source in self.batches.sources.items():
            rest = self.tensors[name].index_select(0, self.order) if carried else None
            place = carried
            for begin, stop in blocks:
                self._put(name, place, source.read(begin, stop))
                place += stop - begin
            if rest is not None:
                self.tensors[name][:carried] = rest
        self.order = torch.cat([torch.arange(carried, device=order.device), order + carried])

    def take(self, begin: int, stop: int, size: int) -> dict[str, Tensor]:
        """Return rows `begin` to `stop` of the next `size` rows, and drop those."""
        rows = self.order[begin:stop]
        self.order = self.order[size:]
        return {name: tensor.index_select(0, rows) for name, tensor in self.tensors.items()}

    def _put(self, name: str, place: int, block: Tensor) -> None:
        if name not in self.tensors:
            of = self.batches
            rows = min((of.buffer_blocks - 2) * of.block_rows + of.plan.size, of.n_rows)
            self.tensors[name] = torch.empty(rows, *block.shape[1:], dtype=block.dtype, device=of.device)
        self.tensors[name][place : place + len(block)] = block.to(self.batches.device)
