"""Rows on their way into a model for anything but training."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lowerbound.core import Batch, noise
from lowerbound.data import Schema, Source, prepare_fixed

__all__ = ["Rows", "between", "first_rows", "fixed_batches", "some_rows", "statistics"]


Rows = Tensor | Source


def between(rows: Rows, start: int, stop: int) -> Tensor:
    """Return the rows from ``start`` up to ``stop``, in memory or not."""
    return rows[start:stop] if isinstance(rows, Tensor) else rows.read(start, stop)


def first_rows(rows: Rows, n: int) -> Tensor:
    """Return the first ``n`` rows, or all where there are fewer."""
    return between(rows, 0, min(n, len(rows)))


def fixed_batches(
    x: Rows, c: Rows | None, schema: Schema, device: torch.device, *, size: int = 1024, seed: int = 0
) -> Iterator[Batch]:
    """Yield rows in order as the model takes them, binarized by (row, seed) where the schema says so."""
    n = len(x)
    for start in range(0, n, size):
        stop = min(start + size, n)
        batch: dict[str, Tensor] = {"x": prepare_fixed(between(x, start, stop).to(device), schema, seed)}
        if c is not None:
            batch["c"] = between(c, start, stop).to(device)
        yield batch


def some_rows(x: Rows, schema: Schema, n: int, seed: int) -> Tensor:
    """Return up to ``n`` different rows in random order, as the model takes them."""
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, 3))
    chosen = torch.randperm(len(x), generator=generator)[:n]
    rows = x[chosen] if isinstance(x, Tensor) else torch.cat([x.read(i, i + 1) for i in chosen.tolist()])
    return prepare_fixed(rows, schema, seed)


def statistics(x: Rows, schema: Schema, *, size: int = 65_536) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each entry as the model sees it, in one pass of float64 sums."""
    n = len(x)
    first = between(x, 0, 1)[0].double()
    total, squares = torch.zeros_like(first), torch.zeros_like(first)
    for start in range(0, n, size):
        # Taking the first row off keeps the squares small beside a large mean.
        rows = between(x, start, min(start + size, n)).double() - first
        total += rows.sum(0)
        squares += rows.square().sum(0)
    mean = total / n
    variance = torch.where(squares > 0, (squares / n - mean.square()).clamp(min=0), 0.0)
    if schema.binarize is not None:
        probability = (mean + first) / ((schema.levels or 2) - 1)
        return probability, (probability * (1 - probability)).sqrt()
    return mean + first, variance.sqrt()
