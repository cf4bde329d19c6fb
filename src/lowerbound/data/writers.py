"""Write arrays in the format that the file name asks for, whole or not at all."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from lowerbound.data.coerce import to_array
from lowerbound.data.optional import need
from lowerbound.errors import DataError, ShapeError, UnknownNameError, nearest

__all__ = ["image_grid", "write"]

LINES = 10_000
"""Lines of a .csv that are put into text at once."""


def write(
    path: str | os.PathLike[str],
    array: Any,
    columns: Sequence[str] | None = None,
    *,
    text: Sequence[Sequence[str]] | None = None,
) -> Path:
    """Write rows to a .npy, .npz, .csv or .parquet file, or images to a .png grid.

    The file appears under its name only when it is complete; one that was there before is replaced.

    Parameters
    ----------
    path : path
        Where to; the extension says how. A .npz file holds the rows as ``x``.
    array : array-like, (n, ...)
        Rows; flattened to ``(n, D)`` in tables. Images are ``(n, C, H, W)`` or ``(n, H, W)``, bytes or floats in
        [0, 1].
    columns : sequence of str, optional
        Names of the columns of a table, ``x0, x1, ...`` unless told.
    text : sequence of sequence of str, optional
        Fields of a .csv to write instead of the numbers, where not empty: what was read is written unchanged.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    UnknownNameError
        For another extension.
    DataError
        If the file cannot be written; an earlier one is then unharmed.
    ShapeError
        If there is not one name for each column, or images are none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(np.load(write(f"{folder}/codes.npy", [[1.0, 2.0]])))
    [[1. 2.]]
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        raise UnknownNameError(
            f"Cannot write {path.suffix or 'a file without extension'!r} files. {nearest(path.suffix, FORMATS)}"
        )
    values = np.atleast_1d(to_array(array, where="the output")[0])
    names = _names(values, columns)
    if text is not None and path.suffix == ".csv":
        values = _as_written(_table(values), text)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write_and_rename(part, path, values, names)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"Cannot write {path}: {reason}. Give a path in a folder that can be written to.") from error
    return path


def _write_and_rename(part: Path, path: Path, values: np.ndarray, names: list[str]) -> None:
    try:
        with open(part, "wb") as file:
            FORMATS[path.suffix](file, values, names)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _names(values: np.ndarray, columns: Sequence[str] | None) -> list[str]:
    width = math.prod(values.shape[1:])
    if columns is None:
        return [f"x{i}" for i in range(width)]
    if len(columns) != width:
        raise ShapeError(f"{len(columns)} names were given for {width} columns.")
    return [str(name) for name in columns]


def _as_written(values: np.ndarray, text: Sequence[Sequence[str]]) -> np.ndarray:
    fields = np.array(text, dtype=object)
    if fields.shape != values.shape:
        raise ShapeError(f"The text of {fields.shape} fields does not belong to a table of {values.shape}.")
    written = values.astype(str)
    if values.dtype == np.float64:  # what is filled in has single precision, whose digits are enough
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        written = np.where(single == values, single.astype(str), written)
    return np.where(fields == "", written, fields)


def _table(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1)


def _npy(file: IO[bytes], values: np.ndarray, names: list[str]) -> None:
    np.save(file, values, allow_pickle=False)


def _npz(file: IO[bytes], values: np.ndarray, names: list[str]) -> None:
    np.savez_compressed(file, allow_pickle=False, x=values)


def _csv(file: IO[bytes], values: np.ndarray, names: list[str]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    table = _table(values)
    for start in range(0, len(table), LINES):
        # As text by numpy: numbers of single precision have the digits that they need, nine at most.
        writer.writerows(table[start : start + LINES].astype(str).tolist())
    text.detach()


def _parquet(file: IO[bytes], values: np.ndarray, names: list[str]) -> None:
    arrow = need("pyarrow", "frames", "to write parquet files")
    parquet = need("pyarrow.parquet", "frames", "to write parquet files")
    columns = [np.ascontiguousarray(column) for column in _table(values).T]
    parquet.write_table(arrow.table(columns, names=names), file)


def _png(file: IO[bytes], values: np.ndarray, names: list[str]) -> None:
    from PIL import Image

    Image.fromarray(image_grid(values)).save(file, format="PNG")


FORMATS: dict[str, Callable[[IO[bytes], np.ndarray, list[str]], None]] = {
    ".csv": _csv,
    ".npy": _npy,
    ".npz": _npz,
    ".parquet": _parquet,
    ".png": _png,
}


def image_grid(images: np.ndarray, width: int | None = None) -> np.ndarray:
    """Lay images out in a grid.

    Parameters
    ----------
    images : ndarray, (n, C, H, W) or (n, H, W)
        Bytes, or numbers in [0, 1]; other ranges are stretched to it.
    width : int, optional
        Images in a row; by default the grid is about square.

    Returns
    -------
    ndarray of uint8
        ``(rows * H, width * W)``, or with 3 channels behind.

    Raises
    ------
    ShapeError
        If these are not images of 1, 3 or 4 channels.

    Examples
    --------
    >>> image_grid(np.zeros((3, 1, 8, 8))).shape
    (16, 16)
    """
    images = images[:, None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[1] not in (1, 3, 4):
        raise ShapeError(f"Only images can be drawn, got rows of shape {images.shape[1:]}: write .npy or .csv instead.")
    n, channels, height, breadth = images.shape
    width = width or math.ceil(math.sqrt(n))
    rows = math.ceil(n / width)
    cells = np.zeros((rows * width, channels, height, breadth), np.uint8)
    cells[:n] = _bytes(images)
    grid = cells.reshape(rows, width, channels, height, breadth).transpose(0, 3, 1, 4, 2)
    grid = grid.reshape(rows * height, width * breadth, channels)
    return grid[..., 0] if channels == 1 else grid


def _bytes(images: np.ndarray) -> np.ndarray:
    if images.dtype == np.uint8 and images.max(initial=0) > 1:
        return images
    values = np.nan_to_num(images.astype(np.float64))
    low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=1.0), 1.0)
    return np.rint((values - low) / (high - low) * 255).astype(np.uint8)
