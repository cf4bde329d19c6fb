"""Codes and factors as arrays, rows that share a factor's value, and histograms: what these metrics are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from lowerbound.errors import DataError, ShapeError

__all__ = ["Codes", "Groups", "as_codes", "as_factors", "cut", "halves", "pick"]

Codes = Any
"""``(n, D)`` codes, or a function from row indices ``(m,)`` to their codes ``(m, D)``."""


def _plain(values: Any) -> np.ndarray:
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def as_codes(codes: Any, n: int | None = None) -> np.ndarray:
    """Return codes as float64 ``(n, D)``.

    Raises
    ------
    ShapeError
        When they are not of that shape.
    DataError
        When one is not finite.
    """
    values = _plain(codes)
    if values.ndim != 2 or values.shape[1] == 0 or (n is not None and len(values) != n):
        raise ShapeError(f"Codes have shape {values.shape}, expected ({n or 'n'}, D): a row of latents for each row.")
    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        raise DataError(f"Codes have NaN or inf in row {int(np.argwhere(~np.isfinite(values))[0][0])}.")
    return values


def as_factors(factors: Any) -> np.ndarray:
    """Return factors as int64 ``(n, K)``, the values of each numbered from 0.

    Raises
    ------
    ShapeError
        When they are not a table.
    DataError
        When a factor never changes, or has nearly as many values as there are rows.
    """
    values = _plain(factors)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.size == 0:
        raise ShapeError(f"Factors have shape {values.shape}, expected (n, K): a column for each factor.")
    numbered = np.stack([np.unique(column, return_inverse=True)[1].reshape(-1) for column in values.T], 1)
    for k, size in enumerate(numbered.max(0) + 1):
        if size == 1:
            raise DataError(f"Factor {k} has one value in all {len(values)} rows: leave it out, or give other rows.")
        if 2 * size > len(values):
            raise DataError(
                f"Factor {k} has {size} values in {len(values)} rows: cut it into a few bins, or give more rows."
            )
    return numbered.astype(np.int64)


def pick(codes: Codes, rows: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return codes ``(m, D)`` and where in them the codes of ``rows`` are; a function encodes each row once."""
    if not callable(codes):
        return as_codes(codes, n), rows
    function: Callable[[np.ndarray], Any] = codes
    distinct, index = np.unique(rows, return_inverse=True)
    return as_codes(function(distinct), len(distinct)), index.reshape(rows.shape)


class Groups:
    """The rows of each value of each factor.

    Parameters
    ----------
    factors : ndarray, (n, K)
        Numbered from 0.
    """

    def __init__(self, factors: np.ndarray) -> None:
        self.factors = factors
        self.order = factors.argsort(0, kind="stable").T
        self.counts = np.zeros((factors.shape[1], factors.max() + 1), dtype=np.int64)
        for k, column in enumerate(factors.T):
            self.counts[k] = np.bincount(column, minlength=self.counts.shape[1])
        self.starts = self.counts.cumsum(1) - self.counts

    def partners(self, rows: np.ndarray, kept: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw, for each row, one that has the same value of the factor ``kept``; the two broadcast."""
        value = self.factors[rows, kept]
        step = (rng.random(np.broadcast_shapes(rows.shape, kept.shape)) * self.counts[kept, value]).astype(np.int64)
        return self.order[kept, self.starts[kept, value] + step]


def cut(codes: np.ndarray, bins: int) -> np.ndarray:
    """Return the number of the bin, of ``bins`` equally wide ones from least to largest, of each code: ``(n, D)``."""
    low, width = codes.min(0), np.ptp(codes, axis=0)
    scaled = (codes - low) / np.where(width > 0, width, 1.0)
    return np.minimum((scaled * bins).astype(np.int64), bins - 1)


def halves(n: int, held: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Deal rows out at random: those to fit on, and those to judge on."""
    order = np.random.default_rng(seed).permutation(n)
    stop = max(1, round(held * n))
    return order[stop:], order[:stop]
