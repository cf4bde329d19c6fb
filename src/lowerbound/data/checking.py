"""Check the user's rows against a schema, at the door, and store them as compactly as they allow."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import SUPPORTS as CORE_SUPPORTS
from lowerbound.data.coerce import to_array
from lowerbound.data.layout import arrange
from lowerbound.data.schema import Schema, split_support
from lowerbound.errors import DataError, DataWarning, ShapeError, SupportError

__all__ = ["check", "check_values"]

ROUGH = 1 / 32
"""Standard deviations of a column between numbers that single precision tells apart, at which a score is 1e-4 nats off.

Rounding to a grid of step h adds h**2 / 12 to the variance.
"""


def check(
    x: Any,
    schema: Schema,
    *,
    where: str = "X",
    minimum_rows: int = 1,
    warn_constant: bool = False,
    rounding: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Check rows against `schema` and return them as they are stored.

    Parameters
    ----------
    x : array-like
        ``(n, *shape)``; images also ``(n, H, W, C)``, ``(n, H, W)`` for one channel, or flat ``(n, C * H * W)``.
        Columns of a frame are picked by name where the schema has names.
    schema : Schema
        What a row must look like.
    where : str, default "X"
        What messages call the data.
    minimum_rows : int, default 1
        2 to fit a model.
    warn_constant : bool, default False
        Warn of columns of a table that never change.
    rounding : bool, default False
        Warn of columns of a table that single precision rounds coarsely, and refuse those that it makes constant.
    dtype : torch.dtype, default torch.float32
        Of real data; discrete data is stored as uint8.

    Returns
    -------
    Tensor, (n, *shape)
        uint8 for discrete data, `dtype` for real data; contiguous.

    Raises
    ------
    ShapeError
        For another number of features or another image size.
    SupportError
        For values outside the support, with row and column.
    DataError
        For NaN, infinities, text and too few rows; for columns that rounding leaves nothing of, if asked to.

    Warns
    -----
    DataWarning
        Names constant and coarsely rounded columns, if asked to.

    Examples
    --------
    >>> check([[0, 1], [1, 1]], Schema((2,), "binary"))
    tensor([[0, 1],
            [1, 1]], dtype=torch.uint8)
    """
    values, _ = to_array(x, where=where, wanted=schema.columns)
    check_dimensions(values, where)
    values = arrange(values, schema, where)
    _check_rows(len(values), minimum_rows, where)
    check_values(values, schema, where=where)
    if warn_constant and schema.kind == "vector":
        _warn_constant(values, schema, where)
    stored = _store(values, schema, dtype)
    if rounding and schema.kind == "vector" and schema.stored_levels is None and dtype == torch.float32:
        _check_rounding(values, stored.numpy(), schema, where)
    return stored


def check_dimensions(values: np.ndarray, where: str) -> None:
    """Refuse scalars, one-dimensional data and data without rows or columns."""
    if values.ndim < 2:
        raise ShapeError(
            f"Expected 2D array, got {values.ndim}D array instead: {where} has shape {values.shape}. Reshape your data "
            "using array.reshape(-1, 1) if it has a single feature or array.reshape(1, -1) if it is a single sample."
        )
    for count, kind in ((len(values), "sample"), (math.prod(values.shape[1:]), "feature")):
        if count == 0:
            raise DataError(
                f"Found array with 0 {kind}(s) (shape={values.shape}) while a minimum of 1 is required, in {where}."
            )


def check_values(values: np.ndarray, schema: Schema, *, where: str = "X", first_row: int = 0) -> None:
    """Check that every value ``(n, *shape)`` is finite and inside the support; `first_row` counts rows in messages."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        _refuse_nonfinite(values, schema, where, first_row)
    if values.dtype.kind == "b" or _is_probability(values, schema):
        return
    if schema.column_supports is None:
        outside = _outside(values, schema.support, schema.stored_levels)
    else:
        columns = [_outside(values[:, i], *_of_column(schema, i)) for i in range(values.shape[1])]
        never = np.zeros(len(values), dtype=bool)
        outside = np.stack([never if wrong is None else wrong for wrong in columns], axis=1)
    if outside is not None and outside.any():
        _refuse_support(values, outside, schema, where, first_row)


def _of_column(schema: Schema, index: int) -> tuple[str, int | None]:
    """The support of a column, and the number of values that it can take where that is known."""
    if schema.column_supports is None:
        return schema.support, schema.stored_levels
    support, levels = split_support(schema.column_supports[index])
    return support, 2 if support == "binary" else levels


def _outside(values: np.ndarray, support: str, levels: int | None) -> np.ndarray | None:
    """Tell which values are outside the support; None where none can be."""
    if levels is not None:
        return (values < 0) | (values > levels - 1) | (values != np.floor(values))
    match support:
        case "count":
            return (values < 0) | (values != np.floor(values))
        case "positive":
            return values <= 0
        case "unit":
            return (values < 0) | (values > 1)
        case "interval":
            return (values <= 0) | (values >= 1)
    return None


def _check_rows(n: int, minimum: int, where: str) -> None:
    if n < minimum:
        raise DataError(
            f"{where} has n_samples = {n}; at least {minimum} rows are needed: one row has no variation to learn."
        )


def _refuse_nonfinite(values: np.ndarray, schema: Schema, where: str, first_row: int) -> None:
    bad = ~np.isfinite(values)
    row, *index = np.argwhere(bad)[0]
    kind = "NaN" if np.isnan(values[(row, *index)]) else "inf"
    raise DataError(
        f"{where} has {kind} in row {row + first_row}, {schema.column(tuple(index))} ({int(bad.sum())} such values in "
        "all): impute the values or drop those rows."
    )


def _refuse_support(values: np.ndarray, outside: np.ndarray, schema: Schema, where: str, first_row: int) -> None:
    row, *index = np.argwhere(outside)[0]
    support, levels = _of_column(schema, int(index[0]))
    if levels is None:
        allowed = f"of {CORE_SUPPORTS[support]}"
    else:
        allowed = "{0, 1} of a Bernoulli likelihood" if levels == 2 else f"of the integers 0..{levels - 1}"
    raise SupportError(
        f"{where} has the value {values[(row, *index)]} in row {row + first_row}, {schema.column(tuple(index))}, "
        f"outside the support {allowed} ({int(outside.sum())} such values in all): rescale, round or threshold the "
        "data, or fit it as real."
    )


def _warn_constant(values: np.ndarray, schema: Schema, where: str) -> None:
    constant = np.flatnonzero((values == values[:1]).all(0))
    if len(constant):
        listed = ", ".join(schema.column((index,)) for index in constant[:5])
        more = f" and {len(constant) - 5} more" if len(constant) > 5 else ""
        message = (
            f"{where} never changes in {listed}{more}: a constant column carries no information, consider dropping it."
        )
        warnings.warn(message, DataWarning, stacklevel=3)


def _check_rounding(values: np.ndarray, stored: np.ndarray, schema: Schema, where: str) -> None:
    """Tell of columns whose differences single precision rounds away: large numbers that are close to each other."""
    if values.dtype.itemsize <= 4 and values.dtype.kind == "f":
        return
    changes, kept = (values != values[:1]).any(0), (stored != stored[:1]).any(0)
    if (changes & ~kept).any():
        column = int(np.argmax(changes & ~kept))
        raise DataError(
            f"{where} changes in {schema.column((column,))} by less than single precision can hold: all values are "
            f"stored as {stored[0, column]}. Subtract an offset and rescale the column."
        )
    grain, spread = np.spacing(np.abs(stored).max(0)), stored.std(0, dtype=np.float64)
    coarse = np.flatnonzero(kept & (grain > ROUGH * spread))
    if len(coarse):
        column = int(coarse[0])
        more = f" ({len(coarse)} such columns in all)" if len(coarse) > 1 else ""
        message = (
            f"{where} is rounded to multiples of {grain[column]:.3g} in {schema.column((column,))}, where its standard "
            f"deviation is {spread[column]:.3g}{more}: single precision holds no more of numbers that large. Subtract "
            "an offset first, or scores are too low or too high."
        )
        warnings.warn(message, DataWarning, stacklevel=4)


def _is_probability(values: np.ndarray, schema: Schema) -> bool:
    """Whether values for dynamic binarization are given in [0, 1] rather than as stored levels."""
    return schema.binarize is not None and values.dtype.kind == "f" and bool(values.min() >= 0 and values.max() <= 1)


def _store(values: np.ndarray, schema: Schema, dtype: torch.dtype) -> Tensor:
    if schema.stored_levels is None:
        if dtype != torch.float64 and values.size and np.abs(values).max() > np.finfo(np.float32).max:
            row, *index = np.argwhere(np.abs(values) > np.finfo(np.float32).max)[0]
            raise DataError(
                f"The value {values[(row, *index)]:.3g} in row {row}, {schema.column(tuple(index))}, is beyond single "
                "precision: rescale the column."
            )
        return torch.from_numpy(np.array(values, dtype=np.float64 if dtype == torch.float64 else np.float32, order="C"))
    if schema.levels and (values.dtype.kind == "b" or _is_probability(values, schema)):
        values = np.rint(values.astype(np.float64) * ((schema.levels - 1) if schema.binarize else 1))
    return torch.from_numpy(np.array(values, dtype=np.uint8, order="C"))
