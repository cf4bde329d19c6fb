"""Batches of rows in memory or on disk, whichever they are."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.data.in_memory import InMemory
from lowerbound.data.streaming import Streaming
from lowerbound.data.streams import Source
from lowerbound.errors import ConfigError

__all__ = ["make_batches"]


def make_batches(
    x: Tensor | Source,
    c: Tensor | Source | None = None,
    *,
    batch_size: int,
    seed: int = 0,
    device: str | torch.device = "cpu",
    shard: tuple[int, int] = (0, 1),
) -> InMemory | Streaming:
    """Return shuffled training batches: `InMemory` for a tensor, `Streaming` for a source.

    Parameters
    ----------
    x : Tensor or Source
        Stored rows.
    c : Tensor or Source, optional
        Conditions, kept in the same way as x.
    batch_size, seed, device, shard
        See `InMemory`.

    Raises
    ------
    ConfigError
        If x and c are not kept in the same way, or a size is impossible.

    Examples
    --------
    >>> make_batches(torch.zeros(10, 2), batch_size=5).steps
    2
    """
    if isinstance(x, Tensor) and (c is None or isinstance(c, Tensor)):
        return InMemory(x, c, batch_size=batch_size, seed=seed, device=device, shard=shard)
    if isinstance(x, Tensor) or isinstance(c, Tensor):
        raise ConfigError("Rows and conditions are both in memory, or both on disk.")
    block = max(8192, batch_size)
    return Streaming(x, c, batch_size=batch_size, seed=seed, block_rows=block, device=device, shard=shard)
