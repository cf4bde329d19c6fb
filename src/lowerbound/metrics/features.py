"""What two sets of rows are compared by: the rows themselves, or features of them, under a name that a result says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.errors import DataError, ShapeError

__all__ = ["PIXELS", "Features", "compared"]

BATCH = 1024


@dataclass(frozen=True)
class Features:
    """A function of rows and its name.

    Parameters
    ----------
    name : str
        As results say it.
    function : callable
        Maps rows ``(n, *shape)`` to ``(n, D)`` or more axes, row by row.

    Examples
    --------
    >>> Features("halves", lambda x: x / 2)(np.array([[2.0, 4.0]]))
    tensor([[1., 2.]], dtype=torch.float64)
    """

    name: str
    function: Callable[[Tensor], Tensor]

    def __call__(self, x: Any) -> Tensor:
        """Return the features of rows, ``(n, D)`` float64."""
        rows = torch.as_tensor(np.asarray(x) if not isinstance(x, Tensor) else x)
        with torch.no_grad():
            parts = [self.function(part).flatten(1).double().cpu() for part in rows.split(BATCH)]
        return torch.cat(parts)


def _same(x: Tensor) -> Tensor:
    return x


PIXELS = Features("pixels", _same)
"""The rows as they are."""


def compared(x: Any, y: Any, features: Features | None, *, least: int = 2) -> tuple[Tensor, Tensor, str]:
    """Return the features of two sets, ``(n, D)`` and ``(m, D)`` in float64, and their name.

    Parameters
    ----------
    x, y
        Rows.
    features
        What to compare them by; the rows themselves unless told.
    least
        Fewest rows of a set.

    Raises
    ------
    ShapeError
        When the two differ in width.
    DataError
        When there are too few rows, or what is not finite.

    Examples
    --------
    >>> compared(np.zeros((2, 3, 3)), np.ones((4, 9)), None)[0].shape
    torch.Size([2, 9])
    """
    chosen = PIXELS if features is None else features
    first, second = chosen(x), chosen(y)
    if first.shape[1] != second.shape[1]:
        raise ShapeError(
            f"Rows are compared entry by entry: {first.shape[1]} entries in one set, {second.shape[1]} in the other."
        )
    if min(len(first), len(second)) < least:
        raise DataError(f"This comparison takes at least {least} rows a set; got {len(first)} and {len(second)}.")
    if not bool(first.isfinite().all() and second.isfinite().all()):
        raise DataError(f"There are NaN or inf among the values that are compared ({chosen.name}).")
    return first, second, chosen.name
