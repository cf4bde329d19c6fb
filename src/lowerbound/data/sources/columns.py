"""Factors read from named columns of a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lowerbound.data.factors import Factors
from lowerbound.data.sources.csv import read_columns
from lowerbound.data.sources.npz import load_npz
from lowerbound.errors import DataError, ShapeError, UnknownNameError, nearest

__all__ = ["read_factors"]

TABLES = (".csv", ".tsv", ".txt")


def read_factors(path: str | os.PathLike[str], names: Sequence[str]) -> Factors:
    """Read factors from columns of a text table, or from arrays ``(n,)`` of a .npz file.

    Parameters
    ----------
    path : path
        The file.
    names : sequence of str
        Columns or arrays.

    Raises
    ------
    DataError
        If the file is of another kind, cannot be read, or lacks a value.
    UnknownNameError
        If there is no such column.
    """
    path = Path(path)
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if suffix in TABLES:
        return Factors.of(dict(zip(names, read_columns(path, names), strict=True)))
    if suffix != ".npz":
        raise DataError(f"Factors are read from columns of a .csv file or arrays of a .npz file, not from {path}.")
    arrays = load_npz(path)
    for name in names:
        if name not in arrays:
            raise UnknownNameError(f"{path} has no array {name!r}. {nearest(name, arrays)}")
        if arrays[name].ndim != 1:
            raise ShapeError(f"{path} holds {name!r} of shape {arrays[name].shape}: a factor is one number a row.")
    return Factors.of({name: arrays[name] for name in names})
