"""Parquet tables: whole, or a stretch of rows at a time."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lowerbound.data.coerce import to_array
from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.optional import need
from lowerbound.data.sources.frames import from_frame, label_names
from lowerbound.errors import DataError

__all__ = ["ParquetRows", "from_parquet", "read_table"]

DAMAGED = (OSError, ValueError, TypeError, LookupError, NotImplementedError)


def from_parquet(
    path: str | os.PathLike[str],
    *,
    label: str | Sequence[str] | None = None,
    image: Layout | None = None,
    **said: Any,
) -> Dataset:
    """Read a parquet table.

    Parameters
    ----------
    path : path
        The file.
    label : str or sequence of str, optional
        Column of classes or covariates, or several columns of covariates.
    image : tuple of int, optional
        ``(C, H, W)`` or ``(H, W)`` if a row is a flattened image.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DependencyError
        If pyarrow is not installed.
    DataError
        If the file is damaged, a column is not numeric, or a value is missing.
    """
    where = os.fspath(path)
    return from_frame(read_table(path), label=label, image=image, name=Path(path).stem, where=where, **said)


def read_table(path: str | os.PathLike[str]) -> Any:
    """Return the Arrow table that a parquet file holds.

    Raises
    ------
    DependencyError, DataError
        If pyarrow is not installed; if the file is damaged.
    """
    return _read(path, _readable(path).read)


def _read(path: str | os.PathLike[str], function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call one of pyarrow's functions; what a damaged file makes it raise becomes one kind of error."""
    try:
        return function(*arguments, **named)
    except DAMAGED as error:
        raise DataError(f"{os.fspath(path)} cannot be read as parquet: {error}") from error


def _readable(path: str | os.PathLike[str]) -> Any:
    parquet = need("pyarrow.parquet", "frames", "to read parquet files")
    return _read(path, parquet.ParquetFile, os.fspath(path))


class ParquetRows:
    """The rows of some columns of a parquet file; at most one row group of it is in memory.

    Files written with row groups of about as many rows as are read at once are the fastest.

    Parameters
    ----------
    path : path
        The file.
    label : str or sequence of str, optional
        Columns of labels.
    labels : bool, default False
        Whether the rows are those of the labels, or of everything else.

    Raises
    ------
    DependencyError
        If pyarrow is not installed.
    DataError
        If the file is damaged.
    """

    def __init__(
        self, path: str | os.PathLike[str], label: str | Sequence[str] | None = None, *, labels: bool = False
    ) -> None:
        self.path = Path(path)
        self.file = _readable(path)
        every = list(self.file.schema_arrow.names)
        named = label_names(label, every, os.fspath(path))
        self.columns = tuple(named if labels else [name for name in every if name not in named])
        self.labels = labels
        metadata = self.file.metadata
        self.ends = np.cumsum([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]).tolist()
        self.cached: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def raw(self, start: int, stop: int) -> np.ndarray:
        """Return the rows from `start` up to `stop`, over the borders of row groups."""
        pieces = []
        while start < stop:
            index = bisect_right(self.ends, start)
            first = self.ends[index - 1] if index else 0
            last = min(stop, self.ends[index])
            pieces.append(self._group(index)[start - first : last - first])
            start = last
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _group(self, index: int) -> np.ndarray:
        if self.cached is None or self.cached[0] != index:
            table = _read(self.path, self.file.read_row_group, index, columns=list(self.columns))
            values = to_array(table, where=str(self.path), strings=self.labels)[0]
            self.cached = index, values
        return self.cached[1]
