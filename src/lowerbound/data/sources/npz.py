"""Zipped numpy arrays (.npz), read without pickle."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.sources import npy
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.errors import DataError, UnknownNameError, nearest

__all__ = ["from_npz", "load_npz", "load_rows"]

ROWS = ("x", "X", "data", "images", "x_train", "train")
DAMAGED = (*npy.DAMAGED, LookupError, RuntimeError, zipfile.BadZipFile, zlib.error)
LABELS = ("y", "Y", "labels", "label", "target", "y_train")


def from_npz(
    path: str | os.PathLike[str], *, label: str | None = None, image: Layout | None = None, **said: Any
) -> Dataset:
    """Read rows, and labels if there are any, from a .npz file.

    Rows are the array called x, X, data, images, x_train or train, or else the only one with two or more dimensions;
    labels the array `label`, or else y, labels, target or y_train if it has as many rows.

    Parameters
    ----------
    path : path
        The file.
    label : str, optional
        Name of the array of labels.
    image : tuple of int, "CHW" or "HWC", optional
        See `from_arrays`.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    DataError
        If the file is damaged or it is not clear which array holds the rows.
    UnknownNameError
        If there is no array `label`.
    """
    arrays = load_npz(path)
    if label is not None and label not in arrays:
        raise UnknownNameError(f"{os.fspath(path)} has no array {label!r}. {nearest(label, arrays)}")
    x = arrays[_rows(arrays, label, os.fspath(path))]
    found = label or next((key for key in LABELS if key in arrays and len(arrays[key]) == len(x)), None)
    y = arrays[found] if found else None
    return from_arrays(x, y, image=image, name=Path(path).stem, where=os.fspath(path), **said)


def load_npz(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Return all arrays of a .npz file.

    Raises
    ------
    DataError
        If the file is damaged or holds pickled objects, which are never loaded.
    """
    try:
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                raise ValueError("it is a single array, call it .npy")
            with archive:
                return {key: np.atleast_1d(archive[key]) for key in archive.files}
    except DAMAGED as error:
        raise npy.unreadable(path, ".npz", error) from error


def load_rows(path: str | os.PathLike[str]) -> np.ndarray:
    """Return the rows of a .npz file, whatever their name.

    Raises
    ------
    DataError
        If the file is damaged or it is not clear which array holds the rows.
    """
    arrays = load_npz(path)
    return arrays[_rows(arrays, None, os.fspath(path))]


def _rows(arrays: dict[str, np.ndarray], label: str | None, path: str) -> str:
    if not arrays:
        raise DataError(f"{path} holds no arrays: save the rows by np.savez(path, x=rows).")
    named = [key for key in ROWS if key in arrays and key != label]
    wide = [key for key, values in arrays.items() if values.ndim >= 2 and key != label]
    if named or len(wide) == 1:
        return (named or wide)[0]
    raise DataError(f"{path} holds the arrays {', '.join(arrays)}: call the one with the rows 'x'.")
