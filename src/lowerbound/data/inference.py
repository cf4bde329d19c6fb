"""Read the schema off the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lowerbound.data.checking import check_dimensions
from lowerbound.data.coerce import to_array
from lowerbound.data.layout import Layout, to_rows
from lowerbound.data.schema import Schema
from lowerbound.errors import SupportError

__all__ = ["infer_schema", "levels_up_to"]

FEW_LEVELS = 32


def infer_schema(
    x: Any,
    *,
    columns: Sequence[str] | None = None,
    image: Layout | None = None,
    support: str | None = None,
    levels: int | None = None,
    binarize: str | None = None,
    where: str = "X",
) -> Schema:
    """Read shape and support off the data.

    Booleans and data of zeros and ones only are binary. Integer images, and bytes of any shape, have levels:
    the largest value plus one while that is at most 32 (scikit-learn's digits: 17), otherwise 256. All else is real.

    Parameters
    ----------
    x : array-like
        ``(n, D)`` table or vectors; ``(n, H, W)``, ``(n, C, H, W)`` or ``(n, H, W, C)`` images.
    columns : sequence of str, optional
        Names of the columns; those of a frame unless told.
    image : tuple of int, "CHW" or "HWC", optional
        Size of one image for flat rows, or the order of the axes where it is ambiguous.
    support, levels, binarize : optional
        Say rather than infer, see `Schema`.
    where : str, default "X"
        What messages call the data.

    Raises
    ------
    ShapeError
        If the axes are ambiguous.
    SupportError
        For integer images outside 0..255.
    DataError
        For empty data and data that is not numbers.

    Examples
    --------
    >>> infer_schema(np.array([[[0, 16], [3, 4]]]))
    Schema(shape=(1, 2, 2), support='levels', levels=17, ...)
    >>> infer_schema([[0.5, 1.0], [2.0, 3.0]]).support
    'real'
    """
    values, names = to_array(x, where=where)
    check_dimensions(values, where)
    rows = to_rows(values, image, where)
    columns = tuple(columns) if columns else names
    support, levels = _decide(rows, support, levels, binarize, where)
    return Schema(
        shape=tuple(int(size) for size in rows.shape[1:]),
        support=support,
        levels=levels,
        binarize=binarize,
        columns=columns if rows.ndim == 2 else None,
    )


def _decide(
    rows: np.ndarray, support: str | None, levels: int | None, binarize: str | None, where: str
) -> tuple[str, int | None]:
    if binarize is not None:
        return "binary", levels or 256
    if support is None and levels is None:
        return _support(rows, where)
    if support in (None, "levels"):
        return "levels", levels or _count_levels(rows, where)
    return support, levels


def _support(rows: np.ndarray, where: str) -> tuple[str, int | None]:
    if rows.dtype.kind == "b" or _is_binary(rows):
        return "binary", None
    if rows.dtype != np.uint8 and (rows.dtype.kind not in "iu" or rows.ndim == 2):
        return "real", None
    return "levels", _count_levels(rows, where)


def levels_up_to(largest: int) -> int:
    """Return how many levels there are where that is the largest seen: 256 unless they are few, and at least two.

    Examples
    --------
    >>> levels_up_to(16), levels_up_to(200)
    (17, 256)
    """
    return max(2, largest + 1) if largest < FEW_LEVELS else 256


def _is_binary(rows: np.ndarray) -> bool:
    return all(bool(((part == 0) | (part == 1)).all()) for part in np.array_split(rows, len(rows) // 4096 + 1))


def _count_levels(rows: np.ndarray, where: str) -> int:
    if rows.min() < 0 or rows.max() > 255:
        row, *index = np.argwhere((rows < 0) | (rows > 255))[0]
        value = rows[(row, *index)]
        raise SupportError(
            f"{where} has the value {value} in row {row}, pixel {tuple(int(i) for i in index)}, outside 0..255: "
            "rescale the images to 8 bits, or convert them to float to fit them as real."
        )
    return levels_up_to(int(rows.max()))
