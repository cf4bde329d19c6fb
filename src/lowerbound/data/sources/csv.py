"""Text tables (.csv, .tsv, gzipped or not), read without any optional package."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.data.sources.csv_head import MISSING, Head, is_blank, is_number, open_text, read_head, reading
from lowerbound.data.sources.frames import label_names
from lowerbound.errors import DataError, ShapeError

__all__ = ["from_csv", "read_columns", "read_fields", "read_numbers"]


def from_csv(
    path: str | os.PathLike[str],
    *,
    label: str | Sequence[str] | None = None,
    image: Layout | None = None,
    header: bool | None = None,
    **said: Any,
) -> Dataset:
    """Read a table from text; comma, semicolon or tab, with or without a line of names.

    A first line without numbers, or with a word above a number, names the columns (`read_head`); otherwise they are
    called ``0``, ``1``, ...

    Parameters
    ----------
    path : path
        The file.
    label : str or sequence of str, optional
        Column of classes or covariates, or several columns of covariates.
    image : tuple of int, optional
        ``(C, H, W)`` or ``(H, W)`` if a line is a flattened image.
    header : bool, optional
        Whether the first line names the columns, where it does not tell: names that are numbers.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        For a missing value or text in a numeric column, with row and column, for two columns of the same name, and for
        unreadable files.
    UnknownNameError
        If there is no such label column.
    """
    where = os.fspath(path)
    words = [name for name in ([label] if isinstance(label, str) else label or ()) if not is_number(name)]
    with reading(path):
        head = read_head(path, header, words)
        head.places(head.names)
        labels = label_names(label, head.names, where)
        wanted = [i for i, name in enumerate(head.names) if name not in labels]
        x = _numbers(head, wanted)
        y = _labels(head, labels) if labels else None
    columns = [head.names[i] for i in wanted] if head.named else None
    return from_arrays(x, y, image=image, name=Path(path).stem, where=where, columns=columns, covariates=labels, **said)


def read_numbers(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> np.ndarray:
    """Return columns of numbers, NaN where a field is missing: those named, or all of them.

    Raises
    ------
    DataError
        For text in a numeric column, for a name that two columns have, and for unreadable files.
    ShapeError
        When there is no such column.
    """
    with reading(path):
        return _numbers(*_found(path, columns))


def read_fields(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> list[list[str]]:
    """Return the same fields as `read_numbers` as they are written, empty where that is no finite number.

    Raises
    ------
    DataError, ShapeError
        As `read_numbers` does.
    """
    with reading(path):
        head, wanted = _found(path, columns)
        rows = [[row[i].strip() for i in wanted] for row in _rows(head)]
    return [[field if is_number(field) else "" for field in row] for row in rows]


def _found(path: str | os.PathLike[str], columns: Sequence[str] | None) -> tuple[Head, list[int]]:
    """Find the columns of a model: by name, or all of them where it or the file has no names."""
    head = read_head(path, expected=columns or ())
    if not (columns and head.named):
        return head, list(range(len(head.names)))
    for name in columns:
        if name not in head.names:
            raise ShapeError(f"{head.path} has no column {name!r}, which the model was fitted with.")
    return head, head.places(columns)


def read_columns(path: str | os.PathLike[str], columns: Sequence[str]) -> list[np.ndarray]:
    """Return columns as they are: numbers where every field of one is a number, otherwise text.

    Raises
    ------
    DataError
        For a missing value, for a name that two columns have, and for unreadable files.
    UnknownNameError
        If there is no such column.
    """
    with reading(path):
        head = read_head(path, expected=[name for name in columns if not is_number(name)])
        return [_labels(head, [name])[:, 0] for name in label_names(columns, head.names, head.path)]


def _numbers(head: Head, wanted: list[int]) -> np.ndarray:
    """Read numeric columns in one go; what that cannot read is read again slowly, to say where it is."""
    if not wanted:
        raise DataError(f"{head.path} has no columns beside the label: name fewer columns as labels.")
    with open_text(head.path) as file:
        lines = itertools.islice(file, head.lines, None)
        first = next((line for line in lines if not is_blank(line)), None)
        if first is None:
            raise DataError(f"Found array with 0 sample(s) in {head.path}: there are no rows below the names.")
        try:
            return np.loadtxt(
                _of_width(itertools.chain([first], lines), head),
                delimiter=head.delimiter,
                usecols=wanted,
                ndmin=2,
                quotechar='"',
                comments=None,
            )
        except (ValueError, IndexError):
            return _slowly(head, wanted)


def _of_width(lines: Iterable[str], head: Head) -> Iterator[str]:
    """Stop at a line that has not as many fields as names, or may have: the reader of numbers cuts such lines."""
    delimiter, expected = head.delimiter, len(head.names) - 1
    for line in lines:
        if line.count(delimiter) != expected and not is_blank(line):
            raise ValueError
        yield line


def _slowly(head: Head, wanted: list[int]) -> np.ndarray:
    return np.array([[_number(row[i], number, i, head) for i in wanted] for number, row in enumerate(_rows(head))])


def _rows(head: Head) -> list[list[str]]:
    with open_text(head.path) as file:
        lines = itertools.islice(file, head.lines, None)
        rows = [row for row in csv.reader(lines, delimiter=head.delimiter) if row]
    for number, row in enumerate(rows):
        if len(row) != len(head.names):
            raise ShapeError(
                f"{head.path} has {len(row)} fields in row {number}, expected {len(head.names)}: quote a field that "
                f"holds {head.delimiter!r}, and write decimal points."
            )
    return rows


def _number(field: str, row: int, column: int, head: Head) -> float:
    field = field.strip()
    if field.lower() in MISSING:
        return float("nan")
    try:
        return float(field)
    except ValueError as error:
        remedy = "Drop the column, encode it as numbers, or name it as the label."
        if re.fullmatch(r"[+-]?\d*,\d+", field):
            remedy = "Write decimal points."
        elif row == 0 and not head.named:
            remedy += " The first line was taken for data: say header=True if it names the columns."
        raise DataError(
            f"{head.path} has text in row {row}, column {head.names[column]!r}: {field!r}. {remedy}"
        ) from error


def _labels(head: Head, labels: list[str]) -> np.ndarray:
    """Read the label columns: numbers if every field is one, otherwise text."""
    places = head.places(labels)
    fields = [[row[i].strip() for i in places] for row in _rows(head)]
    for number, row in enumerate(fields):
        if any(field.lower() in MISSING for field in row):
            raise DataError(f"{head.path} has a missing label in row {number}: drop the row or fill the label in.")
    values = np.array(fields)
    for kind in (np.int64, np.float64):
        try:
            return values.astype(kind)
        except (ValueError, OverflowError):
            continue
    return values
