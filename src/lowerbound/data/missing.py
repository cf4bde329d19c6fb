"""Rows with gaps: which entries are there, and something harmless in place of the others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from lowerbound.data.checking import check_dimensions
from lowerbound.data.coerce import to_array
from lowerbound.data.layout import arrange
from lowerbound.data.schema import Schema
from lowerbound.data.sources.csv import read_fields, read_numbers
from lowerbound.data.sources.npy import map_npy
from lowerbound.data.sources.npz import load_rows
from lowerbound.data.sources.parquet import read_table
from lowerbound.errors import DataError

__all__ = ["mask_missing", "read_text_with_gaps", "read_with_gaps"]

TABLES = (".csv", ".tsv", ".txt", ".gz")
PLACEHOLDERS = {"positive": 1.0, "interval": 0.5}


def mask_missing(x: Any, schema: Schema, *, where: str = "X") -> tuple[np.ndarray, np.ndarray]:
    """Return rows in the schema's shape with valid values where they have NaN, and which entries are not NaN.

    The values keep their dtype.

    Parameters
    ----------
    x : array-like
        As for `check`; NaN, or a missing value of a frame, marks a gap.
    schema : Schema
        What a row must look like.
    where : str, default "X"
        What messages call the data.

    Returns
    -------
    values, seen : ndarray, (n, *shape)

    Examples
    --------
    >>> values, seen = mask_missing([[1.0, float("nan")]], Schema((2,), "real"))
    >>> values.tolist(), seen.tolist()
    ([[1.0, 0.0]], [[True, False]])
    """
    values, _ = to_array(x, where=where, wanted=schema.columns)
    check_dimensions(values, where)
    values = arrange(values, schema, where)
    if values.dtype.kind != "f":
        return values, np.ones(values.shape, bool)
    seen = ~np.isnan(values)
    supports = schema.column_supports or (schema.support,)  # one for each column, or for all
    valid = np.array([PLACEHOLDERS.get(support, 0.0) for support in supports], dtype=values.dtype)
    return np.where(seen, values, valid), seen


def read_with_gaps(path: str | os.PathLike[str], schema: Schema) -> np.ndarray:
    """Read the columns of a schema from a file whose entries may be missing.

    Parameters
    ----------
    path : path
        A .npy or .npz file with NaN, a .parquet file with nulls or NaN, or a table of text with empty fields, ``?`` or
        ``NA``.
    schema : Schema
        Whose columns are picked by name, where it has names.

    Raises
    ------
    DataError
        For other kinds of files, and damaged ones.
    """
    path = Path(path)
    if path.suffix in TABLES:
        return read_numbers(path, schema.columns)
    if path.suffix == ".parquet":
        return to_array(read_table(path), where=str(path), wanted=schema.columns)[0]
    if path.suffix == ".npz":
        return load_rows(path)
    if path.suffix == ".npy":
        return map_npy(path)
    raise DataError(
        f"{path} is of an unknown kind {path.suffix!r}: rows with gaps are read from .csv, .npy, .npz or .parquet."
    )


def read_text_with_gaps(path: str | os.PathLike[str], schema: Schema) -> list[list[str]] | None:
    """Return what `read_with_gaps` reads of a table of text as it is written, empty in gaps; None for other files."""
    return read_fields(path, schema.columns) if Path(path).suffix in TABLES else None
