"""Numpy arrays on disk (.npy): mapped, or read a stretch at a time."""

from __future__ import annotations

import math
import os
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.errors import DataError

__all__ = ["NpyRows", "from_npy", "map_npy", "unreadable"]

DAMAGED = (OSError, EOFError, ValueError, TypeError, SyntaxError, OverflowError, MemoryError, TokenError)


def from_npy(path: str | os.PathLike[str], *, image: Layout | None = None, **said: Any) -> Dataset:
    """Read the rows of a .npy file.

    Parameters
    ----------
    path : path
        The file.
    image : tuple of int, "CHW" or "HWC", optional
        See `from_arrays`.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        If the file is damaged or holds pickled objects, which are never loaded.
    """
    return from_arrays(map_npy(path), image=image, name=Path(path).stem, where=os.fspath(path), **said)


def map_npy(path: str | os.PathLike[str]) -> np.ndarray:
    """Return the array of a .npy file, which stays on disk.

    Raises
    ------
    DataError
        If the file is damaged or holds pickled objects, which are never loaded.
    """
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGED as error:
        raise unreadable(path, ".npy", error) from error
    if not isinstance(values, np.ndarray):
        values.close()
        raise DataError(f"{os.fspath(path)} is an archive of arrays: call it .npz.")
    return values


def unreadable(path: str | os.PathLike[str], kind: str, error: Exception) -> DataError:
    """Return the error for a file that numpy refuses, saying what it is and what to do.

    Examples
    --------
    >>> print(unreadable("a.npy", ".npy", ValueError("Object arrays cannot be loaded when allow_pickle=False")))
    a.npy holds an array of Python objects, and loading those could run code: save numbers instead, by
    np.save(path, np.asarray(x, dtype=float)), and text labels as np.asarray(y, dtype=str).
    """
    said = str(error)
    if "Object arrays" in said or "Python objects" in said:
        return DataError(
            f"{os.fspath(path)} holds an array of Python objects, and loading those could run code: save numbers "
            "instead, by np.save(path, np.asarray(x, dtype=float)), and text labels as np.asarray(y, dtype=str)."
        )
    if "pickle" in said:
        said = "it does not begin as one. It is damaged, or of another kind."
    return DataError(f"{os.fspath(path)} cannot be read as {kind}: {said}")


class NpyRows:
    """The rows of a .npy file, read by file position so that nothing of it stays in memory.

    Parameters
    ----------
    path : path
        The file.

    Raises
    ------
    DataError
        If the file is damaged, or in column order, where a row does not lie together.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        values = map_npy(path)
        if values.ndim < 2 or not isinstance(values, np.memmap) or not values.flags.c_contiguous:
            raise DataError(
                f"{os.fspath(path)} has no rows in row order: save it by np.save(path, np.ascontiguousarray(x))."
            )
        self.path = Path(path)
        self.shape = values.shape
        self.dtype = values.dtype
        self.offset = int(values.offset)

    def __len__(self) -> int:
        return self.shape[0]

    def raw(self, start: int, stop: int) -> np.ndarray:
        """Return the rows from `start` up to `stop`.

        Raises
        ------
        DataError
            If the file became shorter.
        """
        width = math.prod(self.shape[1:])
        place = self.offset + start * width * self.dtype.itemsize
        values = np.fromfile(self.path, self.dtype, (stop - start) * width, offset=place)
        if len(values) != (stop - start) * width:
            raise DataError(f"{self.path} is cut off: rows {start} to {stop - 1} are not there.")
        return values.reshape(stop - start, *self.shape[1:])
