"""Known factors of the rows: what each row was made from, where somebody knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.errors import ConfigError, ShapeError, UnknownNameError, nearest

__all__ = ["Factors"]


@dataclass(frozen=True, eq=False)
class Factors:
    """The factors of each row, each one of a few values.

    Parameters
    ----------
    values : Tensor, (n, K)
        int64, from 0 up to the factor's size.
    names : tuple of str
        One for each factor.
    sizes : tuple of int
        How many values each factor takes.

    Raises
    ------
    ShapeError
        When names, sizes and values are not of one width.

    Examples
    --------
    >>> Factors.of({"colour": ["red", "blue", "red"], "size": [3, 1, 2]})
    Factors(rows=3, colour=2, size=3)
    """

    values: Tensor
    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        width = self.values.shape[1] if self.values.ndim == 2 else None
        if width != len(self.names) or width != len(self.sizes):
            raise ShapeError(
                f"Factors have values {tuple(self.values.shape)}, {len(self.names)} names and {len(self.sizes)} sizes: "
                "give (n, K) values, K names and K sizes."
            )

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Factors:
        """Number the values of each column in their order.

        Raises
        ------
        ConfigError
            Without any column.
        ShapeError
            When columns differ in length.
        """
        if not columns:
            raise ConfigError("There are no factors: name at least one.")
        numbered = [np.unique(np.asarray(column), return_inverse=True) for column in columns.values()]
        lengths = {len(index) for _, index in numbered}
        if len(lengths) > 1:
            raise ShapeError(f"Factors have {', '.join(map(str, sorted(lengths)))} rows: give every row its value.")
        values = torch.from_numpy(np.stack([index.reshape(-1) for _, index in numbered], 1).astype(np.int64))
        return cls(values, tuple(columns), tuple(len(distinct) for distinct, _ in numbered))

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        """Name the factors with their sizes."""
        sizes = ", ".join(f"{name}={size}" for name, size in zip(self.names, self.sizes, strict=True))
        return f"Factors(rows={len(self)}, {sizes})"

    def __getitem__(self, rows: Tensor | np.ndarray | slice) -> Factors:
        """Return the factors of some rows."""
        return Factors(self.values[rows], self.names, self.sizes)

    def only(self, names: Sequence[str]) -> Factors:
        """Return some of the factors.

        Raises
        ------
        UnknownNameError
            If there is no such factor; the message names the nearest.
        """
        for name in names:
            if name not in self.names:
                raise UnknownNameError(f"There is no factor {name!r}. {nearest(name, self.names)}")
        index = [self.names.index(name) for name in names]
        return Factors(self.values[:, index], tuple(names), tuple(self.sizes[i] for i in index))
