"""What the first lines of a text table tell: its delimiter, and whether a line of names stands on top."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from lowerbound.errors import DataError

__all__ = ["MISSING", "Head", "is_blank", "is_number", "open_text", "read_head", "reading"]

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
UNREADABLE = (OSError, EOFError, zlib.error, csv.Error)
LOOK = 100
"""Lines that are looked at."""
QUOTED = re.compile(r'(^|[,;\t])"(?:[^"]|"")*"')


@dataclass(frozen=True)
class Head:
    """The names of the columns of a text table, and how to read on.

    Parameters
    ----------
    path : str
        The file.
    names : tuple of str
        Of the columns; ``0``, ``1``, ... where the file names none.
    named : bool
        Whether the file names them.
    delimiter : str
        Comma, semicolon or tab.
    lines : int
        Lines of the file above the first row.
    """

    path: str
    names: tuple[str, ...]
    named: bool
    delimiter: str
    lines: int

    def places(self, columns: Sequence[str]) -> list[int]:
        """Return where existing columns stand.

        Raises
        ------
        DataError
            If the file has two of that name.
        """
        times = Counter(self.names)
        for name in columns:
            if times[name] > 1:
                raise DataError(f"{self.path} has {times[name]} columns named {name!r}: rename all but one of them.")
        place = {name: i for i, name in enumerate(self.names)}
        return [place[name] for name in columns]


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what a damaged or foreign file raises into one kind of error."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise _foreign(path) from error
    except UNREADABLE as error:
        raise DataError(f"{os.fspath(path)} cannot be read as text: {error}") from error


def _foreign(path: str | os.PathLike[str]) -> DataError:
    return DataError(f"{os.fspath(path)} cannot be read as UTF-8 text: save the file as UTF-8.")


def open_text(path: str | os.PathLike[str]) -> IO[str]:
    """Open a file, gzipped or not, as text."""
    if os.fspath(path).endswith(".gz"):
        return cast("IO[str]", gzip.open(path, "rt", newline="", encoding="utf-8-sig"))
    return open(path, newline="", encoding="utf-8-sig")


def read_head(path: str | os.PathLike[str], header: bool | None = None, expected: Sequence[str] = ()) -> Head:
    """Look at the first lines of a table.

    A first line with `expected` names is one of names. Otherwise it is one if no field is a number, or if a word in it
    stands above a number.

    Parameters
    ----------
    path : path
        The file.
    header : bool, optional
        Whether there is a line of names, where that is known.
    expected : sequence of str, optional
        Names that a line of names would have.

    Raises
    ------
    DataError
        If the file is empty or is not UTF-8.
    """
    if header not in (None, True, False):
        raise DataError(f"header is True or False, got {header!r}: it says whether the first line names the columns.")
    with open_text(path) as file:
        blank, first = next(((i, line) for i, line in enumerate(file) if not is_blank(line)), (0, ""))
        lines = [first, *itertools.islice(file, LOOK)]
    if not first:
        raise DataError(f"Found array with 0 sample(s) in {os.fspath(path)}: the file is empty.")
    if any("\0" in line for line in lines):
        raise _foreign(path)
    delimiter = _delimiter("".join(lines))
    reader = csv.reader(lines, delimiter=delimiter)
    fields = [field.strip() for field in next(reader)]
    above = reader.line_num
    if _are_names(fields, list(reader), expected) if header is None else header:
        return Head(os.fspath(path), tuple(fields), True, delimiter, blank + above)
    return Head(os.fspath(path), tuple(map(str, range(len(fields)))), False, delimiter, blank)


def is_blank(line: str) -> bool:
    """Return whether a line holds nothing; tabs may be missing values."""
    return not line.strip(" \r\n")


def is_number(field: str) -> bool:
    """Return whether a field is a finite number.

    Examples
    --------
    >>> is_number("-1e3"), is_number("nan"), is_number("mean")
    (True, False, False)
    """
    try:
        return math.isfinite(float(field))
    except ValueError:
        return False


def _delimiter(text: str) -> str:
    first = re.split(r"[\r\n]", QUOTED.sub(r"\1", text), maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _is_word(field: str) -> bool:
    """Whether a field is neither a number, finite or not, nor missing."""
    return (
        field.lower() not in MISSING and not is_number(field) and field.lower().lstrip("+-") not in ("inf", "infinity")
    )


def _are_names(fields: list[str], rows: list[list[str]], expected: Sequence[str]) -> bool:
    if expected and set(expected) <= set(fields):
        return True
    words = [i for i, field in enumerate(fields) if _is_word(field)]
    if any(is_number(field) for field in fields):
        return any(is_number(row[i]) for row in rows for i in words if i < len(row))
    # A row of missing values repeats itself; names, be they "nan" and "inf", do not.
    return bool(words) or len(set(fields)) == len(fields)
