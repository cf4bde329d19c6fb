"""Text tables (.csv, .tsv, gzipped or not), read without any optional package."""

from __future__ import annotations

import csv
import gzip
import itertools
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.data.sources.frames import label_names
from lowerbound.errors import DataError, ShapeError

__all__ = ["from_csv", "read_columns", "read_numbers"]

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error)


def from_csv(
    path: str | os.PathLike[str],
    *,
    label: str | Sequence[str] | None = None,
    image: Layout | None = None,
    **said: Any,
) -> Dataset:
    """Read a table from text; comma, semicolon or tab, with or without a line of names.

    A first line in which no field is a number names the columns; otherwise they are called ``0``, ``1``, ...

    Parameters
    ----------
    path : path
        The file.
    label : str or sequence of str, optional
        Column of classes or covariates, or several columns of covariates.
    image : tuple of int, optional
        ``(C, H, W)`` or ``(H, W)`` if a line is a flattened image.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        For a missing value or text in a numeric column, with row and column, and for unreadable files.
    UnknownNameError
        If there is no such label column.
    """
    where = os.fspath(path)
    try:
        names, delimiter, header = _head(path)
        labels = label_names(label, names, where)
        wanted = [i for i, name in enumerate(names) if name not in labels]
        x = _numbers(path, delimiter, header, names, wanted)
        y = _labels(path, delimiter, header, names, labels)
    except UNREADABLE as error:
        raise DataError(f"{where} cannot be read as text: {error}") from error
    columns = [names[i] for i in wanted] if header else None
    return from_arrays(x, y, image=image, name=Path(path).stem, where=where, columns=columns, covariates=labels, **said)


def read_numbers(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> np.ndarray:
    """Return columns of numbers, NaN where a field is missing: those named, or all of them.

    Raises
    ------
    DataError
        For text in a numeric column, and for unreadable files.
    ShapeError
        When there is no such column.
    """
    where = os.fspath(path)
    try:
        names, delimiter, header = _head(path)
        for name in columns or ():
            if header and name not in names:
                raise ShapeError(f"{where} has no column {name!r}, which the model was fitted with.")
        wanted = [names.index(name) for name in columns] if columns and header else list(range(len(names)))
        return _numbers(path, delimiter, header, names, wanted)
    except UNREADABLE as error:
        raise DataError(f"{where} cannot be read as text: {error}") from error


def read_columns(path: str | os.PathLike[str], columns: Sequence[str]) -> list[np.ndarray]:
    """Return columns as they are: numbers where every field of one is a number, otherwise text.

    Raises
    ------
    DataError
        For a missing value, and for unreadable files.
    UnknownNameError
        If there is no such column.
    """
    where = os.fspath(path)
    try:
        names, delimiter, header = _head(path)
        found = [_labels(path, delimiter, header, names, [name]) for name in label_names(columns, names, where)]
    except UNREADABLE as error:
        raise DataError(f"{where} cannot be read as text: {error}") from error
    return [values[:, 0] for values in found if values is not None]


def _open(path: str | os.PathLike[str]) -> IO[str]:
    if os.fspath(path).endswith(".gz"):
        return cast("IO[str]", gzip.open(path, "rt", newline="", encoding="utf-8-sig"))
    return open(path, newline="", encoding="utf-8-sig")


def _head(path: str | os.PathLike[str]) -> tuple[list[str], str, int]:
    """Return the names of the columns, the delimiter and the number of header lines."""
    with _open(path) as file:
        line = file.readline()
    if not line.strip():
        raise DataError(f"Found array with 0 sample(s) in {os.fspath(path)}: the file is empty.")
    delimiter = max(",;\t", key=line.count)
    fields = [field.strip() for field in next(csv.reader([line], delimiter=delimiter))]
    if any(_is_number(field) for field in fields):
        return [str(i) for i in range(len(fields))], delimiter, 0
    return fields, delimiter, 1


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(
    path: str | os.PathLike[str], delimiter: str, header: int, names: list[str], wanted: list[int]
) -> np.ndarray:
    """Read numeric columns in one go; what that cannot read is read again slowly, to say where it is."""
    if not wanted:
        raise DataError(f"{os.fspath(path)} has no columns beside the label: name fewer columns as labels.")
    with _open(path) as file:
        lines = itertools.islice(file, header, None)
        first = next(lines, None)
        if first is None:
            raise DataError(f"Found array with 0 sample(s) in {os.fspath(path)}: there are no rows below the names.")
        try:
            return np.loadtxt(
                itertools.chain([first], lines),
                delimiter=delimiter,
                usecols=wanted,
                ndmin=2,
                quotechar='"',
                comments=None,
            )
        except (ValueError, IndexError):
            return _slowly(path, delimiter, header, names, wanted)


def _slowly(
    path: str | os.PathLike[str], delimiter: str, header: int, names: list[str], wanted: list[int]
) -> np.ndarray:
    rows = _rows(path, delimiter, header, names)
    return np.array([[_number(row[i], number, names[i], path) for i in wanted] for number, row in enumerate(rows)])


def _rows(path: str | os.PathLike[str], delimiter: str, header: int, names: list[str]) -> list[list[str]]:
    with _open(path) as file:
        rows = [row for row in itertools.islice(csv.reader(file, delimiter=delimiter), header, None) if row]
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise ShapeError(f"{os.fspath(path)} has {len(row)} fields in row {number}, expected {len(names)}.")
    return rows


def _number(field: str, row: int, column: str, path: str | os.PathLike[str]) -> float:
    field = field.strip()
    if field.lower() in MISSING:
        return float("nan")
    try:
        return float(field)
    except ValueError as error:
        raise DataError(
            f"{os.fspath(path)} has text in row {row}, column {column!r}: {field!r}. Drop the column, encode it as "
            "numbers, or name it as the label."
        ) from error


def _labels(
    path: str | os.PathLike[str], delimiter: str, header: int, names: list[str], labels: list[str]
) -> np.ndarray | None:
    """Read the label columns: numbers if every field is one, otherwise text."""
    if not labels:
        return None
    fields = [[row[names.index(name)].strip() for name in labels] for row in _rows(path, delimiter, header, names)]
    for number, row in enumerate(fields):
        if any(field.lower() in MISSING for field in row):
            raise DataError(
                f"{os.fspath(path)} has a missing label in row {number}: drop the row or fill the label in."
            )
    values = np.array(fields)
    for kind in (np.int64, np.float64):
        try:
            return values.astype(kind)
        except (ValueError, OverflowError):
            continue
    return values
