"""Some rows of a data set, in memory or on disk, and which ones they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from lowerbound.data import Dataset, Source

__all__ = ["gather", "part", "take"]

STRETCHES = 16


def part(dataset: Dataset, split: str) -> Dataset:
    """Return one split as a data set of its own.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> len(part(from_arrays(np.eye(10) * 0.5).split(), "test"))
    1
    """
    x, y = dataset.rows(split)
    return replace(dataset, x=x, y=y, splits=None, factors=dataset.factors_of(split))


def take(dataset: Dataset, most: int) -> tuple[Dataset, np.ndarray]:
    """Return at most so many rows in memory, and their indices: a seeded choice, or stretches of rows on disk.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> few, index = take(from_arrays(np.eye(10) * 0.5), 3)
    >>> len(few), few.x[:, index].diagonal().tolist()
    (3, [0.5, 0.5, 0.5])
    """
    n = len(dataset)
    if n <= most:
        index = np.arange(n)
    elif isinstance(dataset.x, Tensor):
        index = np.sort(np.random.default_rng(0).permutation(n)[:most])
    else:
        starts = np.arange(STRETCHES) * n // STRETCHES
        index = (starts[:, None] + np.arange(most // STRETCHES)).ravel()
    return gather(dataset, index), index


def gather(dataset: Dataset, index: np.ndarray) -> Dataset:
    """Return the rows of `index` as a data set in memory.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> gather(from_arrays(np.eye(3) * 0.5), np.array([2])).x.tolist()
    [[0.0, 0.0, 0.5]]
    """
    y = None if dataset.y is None else _read(dataset.y, index)
    factors = None if dataset.factors is None else dataset.factors[index]
    return replace(dataset, x=_read(dataset.x, index), y=y, splits=None, factors=factors)


def _read(rows: Tensor | Source, index: np.ndarray) -> Tensor:
    if isinstance(rows, Tensor):
        return rows[torch.from_numpy(index)]
    runs = np.split(index, np.flatnonzero(np.diff(index) != 1) + 1)
    return torch.cat([rows.read(int(run[0]), int(run[-1]) + 1) for run in runs])
