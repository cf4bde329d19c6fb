"""MATLAB files (.mat, version 5)."""

from __future__ import annotations

import os
import zlib
from typing import Any

from lowerbound.errors import DataError

__all__ = ["load_mat"]

DAMAGED = (OSError, EOFError, ValueError, TypeError, LookupError, NotImplementedError, zlib.error)


def load_mat(path: str | os.PathLike[str], *needed: str) -> dict[str, Any]:
    """Return the variables of a .mat file.

    Parameters
    ----------
    path : path
        The file.
    *needed : str
        Variables that must be there.

    Raises
    ------
    DataError
        If the file is damaged or lacks a variable.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        with open(path, "rb") as file:
            variables = loadmat(file)
    except (*DAMAGED, MatReadError) as error:
        raise DataError(f"{os.fspath(path)} is not a readable .mat file ({error}): get it again.") from error
    for name in needed:
        if name not in variables:
            raise DataError(f"{os.fspath(path)} has no variable {name!r}: it is not the right file.")
    return variables
