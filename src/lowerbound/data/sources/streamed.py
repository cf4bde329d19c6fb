"""Data sets that stay on disk: one look at every row for the schema, then stretches on demand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.data.checking import check, check_values
from lowerbound.data.dataset import Dataset
from lowerbound.data.inference import infer_schema
from lowerbound.data.labels import encode_labels, with_labels
from lowerbound.data.layout import Layout, to_rows
from lowerbound.data.schema import SUPPORTS, Schema
from lowerbound.data.sources.npy import NpyRows
from lowerbound.data.sources.parquet import ParquetRows
from lowerbound.data.streams import Joined, Mapped, RowFile, blocks
from lowerbound.errors import DataError, ShapeError

__all__ = ["from_shards", "is_large", "shard_files"]

SUFFIXES = (".npy", ".parquet")
LARGE = 2 * 1024**3


def shard_files(path: str | os.PathLike[str]) -> list[Path]:
    """Return the .npy and .parquet files of a folder, sorted; a file is its own only shard."""
    root = Path(path)
    if root.is_file():
        return [root]
    return sorted(file for file in root.iterdir() if file.suffix in SUFFIXES)


def is_large(path: str | os.PathLike[str]) -> bool:
    """Return whether files of rows take so much room that they are better left on disk (2 GiB)."""
    return sum(file.stat().st_size for file in shard_files(path)) > LARGE


def from_shards(
    path: str | os.PathLike[str],
    *,
    label: str | Sequence[str] | None = None,
    image: Layout | None = None,
    dtype: torch.dtype = torch.float32,
    **said: Any,
) -> Dataset:
    """Open a .npy or .parquet file, or a folder of them, without reading it into memory.

    Every row is looked at once, a stretch at a time, to check it and to find the schema.

    Parameters
    ----------
    path : path
        File, or folder of files with the same columns, in the order of their names.
    label : str or sequence of str, optional
        Label columns of parquet files.
    image : tuple of int, "CHW" or "HWC", optional
        See `from_arrays`.
    dtype : torch.dtype, default torch.float32
        Of real data.
    **said
        ``support``, ``levels``, ``binarize`` of `infer_schema`.

    Returns
    -------
    Dataset
        Whose x, and y if any, are sources.

    Raises
    ------
    DataError
        If a value cannot be used; the message names row and column.
    ShapeError
        If the files differ in the shape of their rows.
    """
    files = shard_files(path)
    if not files:
        raise DataError(f"{os.fspath(path)} holds no {' or '.join(SUFFIXES)} files.")
    where = os.fspath(path)
    rows = Joined([_rows(file, label, labels=False) for file in files])
    columns = getattr(rows.parts[0], "columns", None)
    schema = _scan(rows, columns, image, where, said)
    x = Mapped(rows, partial(_stored, schema=schema, image=image, where=where, dtype=dtype))
    if label is None:
        return Dataset(x, schema, name=Path(path).stem)
    labels = Joined([_rows(file, label, labels=True) for file in files])
    schema = _scan_labels(labels, schema, label)
    return Dataset(x, schema, Mapped(labels, partial(encode_labels, schema=schema)), name=Path(path).stem)


def _rows(path: Path, label: str | Sequence[str] | None, labels: bool) -> RowFile:
    if path.suffix == ".parquet":
        return ParquetRows(path, label, labels=labels)
    if label is not None:
        raise DataError(f"{path} has no columns by name: labels of rows on disk come from parquet files.")
    return NpyRows(path)


def _scan(
    rows: Joined, columns: tuple[str, ...] | None, image: Layout | None, where: str, said: dict[str, Any]
) -> Schema:
    """Find the schema that fits all stretches, checking each against what it says of itself."""
    found: Schema | None = None
    for part, end in zip(rows.parts, rows.ends, strict=True):
        if getattr(part, "columns", None) != columns:
            raise ShapeError(f"{where} holds files with different columns: keep one kind of table in a folder.")
        for start, stop in blocks(len(part)):
            values = to_rows(part.raw(start, stop), image, where)
            schema = infer_schema(values, columns=columns, where=where, **said)
            check_values(values, schema, where=where, first_row=end - len(part) + start)
            found = schema if found is None else _widest(found, schema, where)
    if found is None:
        raise DataError(f"Found array with 0 sample(s) in {where}: there are no rows.")
    return found


def _widest(a: Schema, b: Schema, where: str) -> Schema:
    if a.shape != b.shape:
        raise ShapeError(f"{where} holds rows of shape {a.shape} and of shape {b.shape}: keep one size in a folder.")
    wide, narrow = (a, b) if SUPPORTS.index(a.support) >= SUPPORTS.index(b.support) else (b, a)
    if wide.support == narrow.support == "levels":
        return replace(wide, levels=max(wide.levels or 0, narrow.levels or 0))
    return wide


def _stored(values: np.ndarray, *, schema: Schema, image: Layout | None, where: str, dtype: torch.dtype) -> Tensor:
    return check(to_rows(values, image, where), schema, where=where, dtype=dtype)


def _scan_labels(labels: Joined, schema: Schema, label: str | Sequence[str]) -> Schema:
    names = [label] if isinstance(label, str) else list(label)
    known: set[str] = set()
    for start, stop in blocks(len(labels)):
        values = labels.raw(start, stop)
        found = with_labels(schema, values, names)
        if found.classes is None:
            return found
        known.update(found.classes)
    return replace(schema, classes=tuple(sorted(known, key=_natural)))


def _natural(name: str) -> tuple[bool, float, str]:
    """Sort numbers by value, before text."""
    number = name.lstrip("-").isdigit()
    return not number, float(name) if number else 0.0, name
