"""The idx format of MNIST: a big-endian header (type, dimensions, sizes), then the values.

References
----------
LeCun, Cortes and Burges, "The MNIST database of handwritten digits", file format section.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib

import numpy as np

from lowerbound.errors import DataError

__all__ = ["read_idx"]

BYTES = 0x08


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read unsigned bytes from an idx file, gzipped or not.

    Returns
    -------
    ndarray of uint8
        Of the shape that the header states.

    Raises
    ------
    DataError
        If the file is damaged or of another type.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        zeros, kind, ndim = struct.unpack(">HBB", content[:4])
        shape = struct.unpack(f">{ndim}I", content[4 : 4 + 4 * ndim])
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(f"{os.fspath(path)} is not a readable idx file ({error}): get it again.") from error
    values = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * ndim)
    if zeros or kind != BYTES or len(values) != math.prod(shape):
        raise DataError(f"{os.fspath(path)} is not an idx file of bytes, or is cut off: get it again.")
    return values.reshape(shape)
