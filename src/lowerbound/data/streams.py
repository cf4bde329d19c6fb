"""Rows that stay on disk: read a stretch at a time, checked once, stored like rows in memory.

A *file* of rows has a length and ``raw(start, stop)``, an array as it is in the file; a `Source` has a length
and ``read(start, stop)``, a tensor of stored rows. Nothing here holds more than the stretch asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

__all__ = ["Joined", "Mapped", "RowFile", "Source", "Stripe", "Striped", "Through", "blocks", "read_rows"]

BLOCK = 8192


@runtime_checkable
class Source(Protocol):
    """Stored rows that are read a stretch at a time."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def read(self, start: int, stop: int) -> Tensor:
        """Return the rows from `start` up to `stop`, ``(stop - start, *shape)``."""
        ...


class RowFile(Protocol):
    """Rows of a file as they are in it."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def raw(self, start: int, stop: int) -> np.ndarray:
        """Return the rows from `start` up to `stop`."""
        ...


def blocks(n: int, size: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Yield the bounds of consecutive stretches of at most `size` rows.

    Examples
    --------
    >>> list(blocks(5, 2))
    [(0, 2), (2, 4), (4, 5)]
    """
    return ((start, min(start + size, n)) for start in range(0, n, size))


def read_rows(x: Tensor | Source, limit: int | None = None) -> Tensor:
    """Return rows as one tensor: all of them, or `limit` spread evenly in stretches over the source.

    Parameters
    ----------
    x : Tensor or Source
        Rows in memory or on disk.
    limit : int, optional
        The most rows to return.

    Examples
    --------
    >>> read_rows(torch.arange(6), 3)
    tensor([0, 2, 4])
    """
    n = len(x)
    if isinstance(x, Tensor):
        return x if limit is None or n <= limit else x[torch.arange(limit) * n // limit]
    if limit is None or n <= limit:
        return torch.cat([x.read(*bounds) for bounds in blocks(n)])
    stretches = min(limit, 16)
    counts = [(i + 1) * limit // stretches - i * limit // stretches for i in range(stretches)]
    starts = [i * n // stretches for i in range(stretches)]
    return torch.cat([x.read(start, start + count) for start, count in zip(starts, counts, strict=True)])


@dataclass(frozen=True)
class Joined:
    """Several files of rows, one after the other.

    Examples
    --------
    >>> class Ones:
    ...     def __len__(self): return 2
    ...     def raw(self, start, stop): return np.ones((stop - start, 1))
    >>> Joined((Ones(), Ones())).raw(1, 4).shape
    (3, 1)
    """

    parts: Sequence[RowFile]

    @property
    def ends(self) -> list[int]:
        """Row numbers at which the parts end."""
        return np.cumsum([len(part) for part in self.parts]).tolist()

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def raw(self, start: int, stop: int) -> np.ndarray:
        """Return the rows from `start` up to `stop`, over the borders of parts."""
        ends, pieces = self.ends, []
        while start < stop:
            index = bisect_right(ends, start)
            first = ends[index] - len(self.parts[index])
            last = min(stop, ends[index])
            pieces.append(self.parts[index].raw(start - first, last - first))
            start = last
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


@dataclass(frozen=True)
class Mapped:
    """A file of rows as a `Source`: each stretch goes through one function.

    Parameters
    ----------
    rows : RowFile
        Where they come from.
    convert : callable
        From raw rows to stored rows.

    Examples
    --------
    >>> class Ones:
    ...     def __len__(self): return 2
    ...     def raw(self, start, stop): return np.ones((stop - start, 1))
    >>> Mapped(Ones(), torch.from_numpy).read(0, 1)
    tensor([[1.]], dtype=torch.float64)
    """

    rows: RowFile
    convert: Callable[[np.ndarray], Tensor]

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, start: int, stop: int) -> Tensor:
        """Return the stored rows from `start` up to `stop`."""
        return self.convert(self.rows.raw(start, stop))


@dataclass(frozen=True)
class Through:
    """A source whose rows go through one more function.

    Examples
    --------
    >>> class Count:
    ...     def __len__(self): return 3
    ...     def read(self, start, stop): return torch.arange(start, stop)
    >>> Through(Count(), torch.neg).read(1, 3)
    tensor([-1, -2])
    """

    source: Source
    function: Callable[[Tensor], Tensor]

    def __len__(self) -> int:
        return len(self.source)

    def read(self, start: int, stop: int) -> Tensor:
        """Return the rows from `start` up to `stop`, transformed."""
        return self.function(self.source.read(start, stop))


@dataclass(frozen=True)
class Stripe:
    """Rows ``first .. last - 1`` of every `period` rows: a split that needs no list of row numbers.

    Examples
    --------
    >>> Stripe(10, 8, 9).count(25)
    2
    """

    period: int
    first: int
    last: int

    def count(self, n: int) -> int:
        """Return how many of `n` rows are in the stripe."""
        full, rest = divmod(n, self.period)
        return full * (self.last - self.first) + min(max(rest - self.first, 0), self.last - self.first)


@dataclass(frozen=True)
class Striped:
    """The rows of a source that lie in a stripe, as a source.

    Examples
    --------
    >>> class Count:
    ...     def __len__(self): return 25
    ...     def read(self, start, stop): return torch.arange(start, stop)
    >>> Striped(Count(), Stripe(10, 7, 9)).read(0, 4)
    tensor([ 7,  8, 17, 18])
    """

    source: Source
    stripe: Stripe

    def __len__(self) -> int:
        return self.stripe.count(len(self.source))

    def read(self, start: int, stop: int) -> Tensor:
        """Return the rows from `start` up to `stop` of those in the stripe."""
        width, pieces = self.stripe.last - self.stripe.first, []
        while start < stop:
            period, offset = divmod(start, width)
            count = min(stop - start, width - offset)
            first = period * self.stripe.period + self.stripe.first + offset
            pieces.append(self.source.read(first, first + count))
            start += count
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)
