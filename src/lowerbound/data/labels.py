"""Labels and covariates: what the user calls y, and the condition c that the model sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lowerbound.data.coerce import is_frame, to_array
from lowerbound.data.schema import Schema
from lowerbound.errors import DataError, ShapeError, UnknownNameError, nearest

__all__ = ["encode_labels", "one_hot", "order_covariates", "with_labels"]


def with_labels(schema: Schema, y: Any, names: Sequence[str] | None = None) -> Schema:
    """Return `schema` with what y is: classes, or numeric covariates.

    Strings, booleans and integers in one column are classes (sorted; numbers by value); floats, and any
    numeric matrix of several columns, are covariates.

    Parameters
    ----------
    schema : Schema
        Of the rows.
    y : array-like, (n,) or (n, C)
        Labels.
    names : sequence of str, optional
        Names of covariates; ``y`` or ``y0, y1, ...`` unless told.

    Raises
    ------
    DataError
        If y has missing values, or several columns that are not numbers.

    Examples
    --------
    >>> with_labels(Schema((2,), "real"), ["b", "a", "b"]).classes
    ('a', 'b')
    >>> with_labels(Schema((2,), "real"), [0.5, 1.5]).covariates
    ('y',)
    """
    values, columns = _labels(y)
    if values.ndim == 1 and values.dtype.kind != "f":
        return replace(schema, classes=tuple(str(value) for value in np.unique(values)), covariates=None)
    width = 1 if values.ndim == 1 else values.shape[1]
    return replace(schema, classes=None, covariates=tuple(names) if names else columns or _nameless(width))


def _nameless(width: int) -> tuple[str, ...]:
    return ("y",) if width == 1 else tuple(f"y{i}" for i in range(width))


def order_covariates(y: Any, schema: Schema, *, where: str = "y") -> Any:
    """Return covariates that carry names in the order that the model was fitted with; all else as it is.

    Parameters
    ----------
    y : array-like or mapping
        A frame, a series or dictionary of one row's covariates, or labels without names.
    schema : Schema
        With the names.
    where : str, default "y"
        What messages call it.

    Raises
    ------
    ShapeError
        If a name is missing, or the names are others.

    Examples
    --------
    >>> order_covariates({"b": 2.0, "a": 1.0}, Schema((2,), "real", covariates=("a", "b")))
    array([1., 2.])
    """
    names = schema.covariates or ()
    if names and hasattr(y, "to_dict") and set(names) <= set(map(str, getattr(y, "index", ()))):
        y = y.to_dict()
    if isinstance(y, Mapping):
        if not names:
            raise DataError(f"{where} has names, and the model was fitted with classes: give the class itself.")
        given = {str(name): value for name, value in y.items()}
        for name in names:
            if name not in given:
                raise ShapeError(f"{where} lacks the covariate {name!r}. {nearest(name, given)}")
        return np.array([given[name] for name in names], dtype=np.float64)
    if not is_frame(y) or len(names) < 2:
        return y
    values, columns = to_array(y, where=where, wanted=names)
    if columns not in (None, names) and names != _nameless(len(names)):
        raise ShapeError(
            f"{where} has the columns {', '.join(columns or ())}; the model was fitted with {', '.join(names)}. "
            "Name them so, or give an array in that order."
        )
    return values


def encode_labels(y: Any, schema: Schema, *, n: int | None = None, where: str = "y") -> Tensor:
    """Check labels against the schema and encode them.

    Parameters
    ----------
    y : array-like
        ``(n,)`` class values, or ``(n, C)`` covariates (``(n,)`` for one).
    schema : Schema
        With classes or covariates.
    n : int, optional
        The number of rows there must be.
    where : str, default "y"
        What messages call it.

    Returns
    -------
    Tensor
        Class indices ``(n,)`` int64, or covariates ``(n, C)`` float32.

    Raises
    ------
    UnknownNameError
        If a label is not one of the classes.
    ShapeError
        If the number of rows or of covariates is another.
    DataError
        If a value is missing or not finite.

    Examples
    --------
    >>> encode_labels(["b", "a"], Schema((2,), "real", classes=("a", "b")))
    tensor([1, 0])
    """
    values, _ = _labels(y, where)
    if n is not None and len(values) != n:
        raise ShapeError(f"{where} has {len(values)} rows where there are {n}: give one label for every row.")
    return _classes(values, schema, where) if schema.classes else _covariates(values, schema, where)


def one_hot(y: Tensor, schema: Schema) -> Tensor:
    """Return the condition c, ``(n, condition_size)`` float32, for encoded labels.

    Examples
    --------
    >>> one_hot(torch.tensor([1]), Schema((2,), "real", classes=("a", "b")))
    tensor([[0., 1.]])
    """
    return F.one_hot(y, schema.condition_size).float() if schema.classes else y.float()


def _labels(y: Any, where: str = "y") -> tuple[np.ndarray, tuple[str, ...] | None]:
    values, columns = to_array(y, where=where, strings=True)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in (1, 2):
        raise ShapeError(f"{where} has shape {values.shape}: give one label or one row of covariates for every row.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise DataError(f"{where} has NaN or inf in row {row}: drop the row or fill the label in.")
    if values.ndim == 2 and values.dtype.kind not in "fiub":
        raise DataError(f"{where} has several columns that are not numbers: give one column of classes, or numbers.")
    return values, columns if values.ndim == 2 else None


def _classes(values: np.ndarray, schema: Schema, where: str) -> Tensor:
    if values.ndim == 2:
        raise ShapeError(f"{where} has {values.shape[1]} columns; the model was fitted with one column of classes.")
    known = {name: index for index, name in enumerate(schema.classes or ())}
    distinct, inverse = np.unique(values, return_inverse=True)
    codes = np.array([_code(value, known, values, where) for value in distinct], dtype=np.int64)
    return torch.from_numpy(codes[inverse.reshape(-1)])


def _code(value: Any, known: dict[str, int], values: np.ndarray, where: str) -> int:
    whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
    truth = isinstance(value, (int, np.integer, float, np.floating)) and value in (0, 1)
    for name in (str(value), str(int(value)) if whole else str(value), str(bool(value)) if truth else str(value)):
        if name in known:
            return known[name]
    row = int(np.argmax(values == value))
    raise UnknownNameError(f"{where} has the unknown class {str(value)!r} in row {row}. {nearest(str(value), known)}")


def _covariates(values: np.ndarray, schema: Schema, where: str) -> Tensor:
    names = schema.covariates or ()
    matrix = values[:, None] if values.ndim == 1 else values
    if matrix.dtype.kind not in "fiub":
        raise DataError(f"{where} has text where the model was fitted with the numeric covariates {', '.join(names)}.")
    if matrix.shape[1] != len(names):
        raise ShapeError(
            f"{where} has {matrix.shape[1]} columns, the model was fitted with {len(names)}: {', '.join(names)}."
        )
    return torch.from_numpy(matrix.astype(np.float32))
