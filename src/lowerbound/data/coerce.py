"""One door for whatever the user calls an array: numpy, torch, lists, memory maps, pandas and polars frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lowerbound.errors import DataError, ShapeError, nearest

__all__ = ["DataTypeError", "is_frame", "to_array"]


class DataTypeError(DataError, TypeError):
    """Data of a type that no array of numbers can be made of."""


def to_array(
    x: Any, *, where: str = "X", strings: bool = False, wanted: tuple[str, ...] | None = None
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return the values as one numpy array and, for a frame, the names of its columns.

    Parameters
    ----------
    x : array-like
        numpy array, torch tensor, nested list, memory map, pandas or polars frame or series. What a masked array
        hides is missing: NaN.
    where : str, default "X"
        What messages call it.
    strings : bool, default False
        Whether text is allowed (labels).
    wanted : tuple of str, optional
        The columns to pick from a frame, by name, unless it has none of them.

    Returns
    -------
    values : ndarray
        Boolean, integer or floating; text too where `strings` allows it.
    columns : tuple of str or None
        Names of the columns of a frame.

    Raises
    ------
    DataError
        For text among numbers, with row and column, and for complex numbers.
    DataTypeError
        For sparse data and objects that are not numbers.
    ShapeError
        For ragged lists, and frames without a wanted column.

    Examples
    --------
    >>> to_array([[1, 2], [3, 4]])
    (array([[1, 2], [3, 4]]), None)
    """
    _refuse_sparse(x, where)
    if isinstance(x, torch.Tensor):
        x = x.detach().cpu()
        return _numeric((x.float() if x.dtype in (torch.bfloat16, torch.float16) else x).numpy(), where, strings), None
    if is_frame(x):
        return _from_frame(x, where, strings, wanted)
    return _numeric(_asarray(x, where), where, strings), None


def _refuse_sparse(x: Any, where: str) -> None:
    if hasattr(x, "tocsr") or (isinstance(x, torch.Tensor) and x.layout != torch.strided):
        raise DataTypeError(f"{where} is a sparse matrix, and sparse data is not supported: pass {where}.toarray().")


def is_frame(x: Any) -> bool:
    """Return whether `x` is a pandas, polars or Arrow table or column, without importing any of them."""
    return hasattr(x, "columns") or type(x).__module__.partition(".")[0] in ("pandas", "polars", "pyarrow", "modin")


def _asarray(x: Any, where: str) -> np.ndarray:
    if isinstance(x, np.ma.MaskedArray) and np.ma.is_masked(x):
        kept = x.dtype if x.dtype.kind in "fc" else np.float64 if x.dtype.kind in "iub" else object
        return np.ma.filled(x.astype(kept), np.nan)
    try:
        return np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"{where} has rows of different lengths: give every row the same number of values.") from error


def _numeric(values: np.ndarray, where: str, strings: bool) -> np.ndarray:
    kind = values.dtype.kind
    if kind in "fiub":
        return values if values.dtype.itemsize <= 8 else values.astype(np.float64)
    if kind == "c":
        raise DataError(f"Complex data not supported: {where} has dtype {values.dtype}; pass real and imaginary parts.")
    if strings and kind in "UTO":
        return _text_or_numbers(values)
    if kind == "O":
        return _from_objects(values, where)
    if kind in "UST":
        _refuse_text(values, where)
    raise DataTypeError(f"{where} has dtype {values.dtype}, which is not a number: convert it to numbers first.")


def _text_or_numbers(values: np.ndarray) -> np.ndarray:
    """Labels: whole numbers stay numbers, anything else becomes text; a missing one becomes NaN."""
    flat = values.ravel().tolist()
    if all(isinstance(value, (bool, int, float)) or value is None for value in flat):
        whole = all(isinstance(value, int) for value in flat)
        return values.astype(np.int64 if whole else np.float64)
    missing = [row for row, value in enumerate(flat) if value is None or value != value]
    if missing:
        raise DataError(f"y has NaN in row {missing[0]}: drop the row or fill the label in.")
    return values.astype(str)


def _from_objects(values: np.ndarray, where: str) -> np.ndarray:
    # pandas.NA, without importing pandas: numpy makes NaN of None alone.
    missing = [index for index, value in np.ndenumerate(values) if type(value).__name__ == "NAType"]
    if missing:
        values = values.copy()
        values[tuple(np.transpose(missing))] = None
    if any(isinstance(value, (str, bytes)) for value in values.ravel()):
        _refuse_text(values, where)
    try:
        return values.astype(np.float64)
    except TypeError as error:
        raise DataTypeError(f"{where} holds objects that are not numbers: {error}.") from error
    except ValueError as error:
        raise ShapeError(f"{where} has rows of different lengths or nested values: {error}.") from error


def _refuse_text(values: np.ndarray, where: str) -> None:
    first = next(index for index, value in np.ndenumerate(values) if isinstance(value, (str, bytes)))
    place = f"row {first[0]}" + (f", column {first[1]}" if len(first) > 1 else "") if first else "its only value"
    raise DataError(_text_message(where, place, values[first].item() if values.dtype.kind != "O" else values[first]))


def _text_message(where: str, place: str, value: object) -> str:
    return f"{where} has text in {place}: {value!r}. Drop the column, encode it as numbers, or name it as the label."


def _from_frame(
    x: Any, where: str, strings: bool, wanted: tuple[str, ...] | None
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    import narwhals as nw

    try:
        frame = nw.from_native(x, eager_only=True, allow_series=True, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise DataError(f"{where} has several columns of the same name: rename all but one of them. {error}") from error
    if isinstance(frame, nw.Series):
        return _column(frame, where, strings), None
    if not isinstance(frame, nw.DataFrame):
        raise DataTypeError(f"{where} is a {type(x).__name__}: collect it into a frame or an array first.")
    names = tuple(str(name) for name in frame.columns)
    places = _places(names, wanted, where)
    columns = [_column(frame[:, i], where, strings) for i in places]
    picked = tuple(names[i] for i in places)
    return (np.column_stack(columns) if columns else np.empty((len(frame), 0))), picked


def _places(names: tuple[str, ...], wanted: tuple[str, ...] | None, where: str) -> list[int]:
    """Find the wanted columns, so that extra columns and another order do no harm."""
    if wanted is None or not set(names) & set(wanted):
        return list(range(len(names)))
    for name in wanted:
        if name not in names:
            raise ShapeError(
                f"{where} lacks the column {name!r} that the model was fitted with. {nearest(name, names)}"
            )
    return [names.index(name) for name in wanted]


def _column(series: Any, where: str, strings: bool) -> np.ndarray:
    """One column of a frame as numbers, missing values as NaN."""
    values = np.asarray(series.to_numpy())
    place = f"column {str(series.name)!r}"
    if values.dtype.kind in "fiub":
        return values
    if strings:
        return _numeric(values.astype(object), where, strings)
    if values.dtype.kind == "O":
        for row, value in enumerate(values):
            if isinstance(value, (str, bytes)):
                raise DataError(_text_message(where, f"row {row}, {place}", value))
        return _from_objects(values, f"{where}, {place},")
    if values.dtype.kind in "UST":
        raise DataError(_text_message(where, f"row 0, {place}", str(values[0]) if len(values) else ""))
    raise DataTypeError(f"{where}, {place}, has dtype {series.dtype}: convert it to numbers or drop it.")
