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
from lowerbound.data.sources.csv import read_numbers
from lowerbound.errors import DataError

__all__ = ["mask_missing", "read_with_gaps"]

PLACEHOLDERS = {"positive": 1.0, "interval": 0.5}


def mask_missing(x: Any, schema: Schema, *, where: str = "X") -> tuple[np.ndarray, np.ndarray]:
    """Return rows in the schema's shape with valid values where they have NaN, and which entries are not NaN.

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
    seen = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, bool)
    return np.where(seen, values, PLACEHOLDERS.get(schema.support, 0.0)), seen


def read_with_gaps(path: str | os.PathLike[str], schema: Schema) -> np.ndarray:
    """Read the columns of a schema from a file whose entries may be missing.

    Parameters
    ----------
    path : path
        A .npy or .npz file with NaN, or a table of text with empty fields, ``?`` or ``NA``.
    schema : Schema
        Whose columns are picked by name, where it has names.

    Raises
    ------
    DataError
        For other kinds of files, and damaged ones.
    """
    path = Path(path)
    if path.suffix in (".csv", ".tsv", ".txt", ".gz"):
        return read_numbers(path, schema.columns)
    if path.suffix not in (".npy", ".npz"):
        raise DataError(
            f"{path} is of an unknown kind {path.suffix!r}: rows with gaps are read from .csv, .npy or .npz."
        )
    try:
        loaded = np.load(path, allow_pickle=False)
        return loaded if isinstance(loaded, np.ndarray) else loaded["x"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
