"""pandas, polars and Arrow frames as data sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lowerbound.data.dataset import Dataset
from lowerbound.data.layout import Layout
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.errors import DataError, UnknownNameError, nearest

__all__ = ["from_frame", "label_names"]


def from_frame(
    frame: Any,
    *,
    label: str | Sequence[str] | None = None,
    image: Layout | None = None,
    name: str = "data",
    where: str = "X",
    **said: Any,
) -> Dataset:
    """Make a data set of a frame.

    Parameters
    ----------
    frame : pandas, polars or Arrow frame
        One row for each row of data.
    label : str or sequence of str, optional
        The column of classes or covariates, or several columns of covariates; they are taken out of x.
    image : tuple of int, optional
        ``(C, H, W)`` or ``(H, W)`` if a row of the frame is a flattened image.
    name, where : str
        Name of the data set, and what messages call it.
    **said
        Passed on to `from_arrays`.

    Raises
    ------
    UnknownNameError
        If there is no such label column.
    DataError
        If a column is not numeric, a value is missing, or two columns have the same name.

    Examples
    --------
    >>> import polars as pl
    >>> data = from_frame(pl.DataFrame({"a": [0.5, 2.0], "b": [1.5, 3.0], "kind": ["x", "y"]}), label="kind")
    >>> data.schema.columns, data.schema.classes
    (('a', 'b'), ('x', 'y'))
    """
    import narwhals as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except nw.exceptions.DuplicateError as error:
        raise DataError(f"{where} has several columns of the same name: rename all but one of them. {error}") from error
    labels = label_names(label, table.columns, where)
    rows = table.drop(labels)
    if not rows.columns:
        raise DataError(f"{where} has no columns beside the label: name fewer columns as labels.")
    y = table.select(labels).to_native() if labels else None
    return from_arrays(rows.to_native(), y, image=image, name=name, where=where, covariates=labels, **said)


def label_names(label: str | Sequence[str] | None, columns: Sequence[str], where: str) -> list[str]:
    """Return the label columns as a list, all of them existing.

    Raises
    ------
    UnknownNameError
        If one does not exist; the message names the nearest.
    """
    names = [label] if isinstance(label, str) else list(label or ())
    for name in names:
        if name not in columns:
            raise UnknownNameError(f"{where} has no column {name!r}. {nearest(name, columns)}")
    return names
