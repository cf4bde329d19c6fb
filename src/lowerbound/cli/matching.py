"""Other data in the schema of a model: the same columns, support and classes, whatever the file itself suggests."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from lowerbound.data import Dataset, Schema, Source, check, encode_labels
from lowerbound.data.streams import Through
from lowerbound.errors import DataError, ShapeError, UnknownNameError, nearest

__all__ = ["match"]


def match(dataset: Dataset, schema: Schema, *, labels: bool) -> Dataset:
    """Return a data set as a model with this schema sees it.

    Parameters
    ----------
    dataset
        Read without knowing the model.
    schema
        Of the model.
    labels
        Whether the model needs labels; otherwise those that it does not know are left out.

    Raises
    ------
    ShapeError
        For other columns or another image size.
    SupportError
        For values that the likelihood cannot describe.
    UnknownNameError
        For a class that the model does not know, where labels are needed.

    Examples
    --------
    >>> seen = Schema((2,), "real", columns=("a", "b"))
    >>> file = Dataset(torch.tensor([[1, 0]]), Schema((2,), "binary", columns=("b", "a")), name="file")
    >>> match(file, seen, labels=False).x
    tensor([[0., 1.]])
    """
    where = dataset.name
    convert = partial(
        _convert, own=dataset.schema, schema=schema, order=_order(dataset.schema, schema, where), where=where
    )
    x = _through(dataset.x, convert)
    y = None if dataset.y is None else _labels(dataset, schema, labels)
    if y is None and labels:
        raise DataError(f"This model is conditional and {where} has no labels: name their column by --label COLUMN.")
    return replace(dataset, x=x, y=y, schema=schema)


def _through(rows: Tensor | Source, function: partial[Tensor]) -> Tensor | Source:
    return function(rows) if isinstance(rows, Tensor) else Through(rows, function)


def _order(own: Schema, schema: Schema, where: str) -> Tensor | None:
    """Positions of the model's columns in the file, by name where both have names."""
    if own.columns is None or schema.columns is None or own.columns == schema.columns:
        return None
    for name in schema.columns:
        if name not in own.columns:
            raise ShapeError(
                f"{where} has no column {name!r}, which the model was fitted with. {nearest(name, own.columns)}"
            )
    return torch.tensor([own.columns.index(name) for name in schema.columns])


def _convert(rows: Tensor, *, own: Schema, schema: Schema, order: Tensor | None, where: str) -> Tensor:
    if order is not None:
        rows = rows[:, order]
    # Data of zeros and ones is meant as probabilities by a model of binarized data, not as its lowest two levels.
    values = rows.bool() if own.support == "binary" and own.binarize is None else rows
    return check(values, schema, where=where)


def _labels(dataset: Dataset, schema: Schema, needed: bool) -> Tensor | Source | None:
    assert dataset.y is not None
    convert = partial(_recode, own=dataset.schema, schema=schema)
    if not (schema.classes or schema.covariates):
        return None
    if needed or not isinstance(dataset.y, Tensor):
        return _through(dataset.y, convert)
    try:
        return convert(dataset.y)
    except (UnknownNameError, DataError):
        return None


def _recode(y: Tensor, *, own: Schema, schema: Schema) -> Tensor:
    """Write labels in the numbering of the model's schema."""
    if own.classes is None or own.classes == schema.classes:
        return y if own.classes else encode_labels(y, schema)
    names = [own.classes[i] for i in y.tolist()]
    if schema.covariates:
        try:
            return encode_labels([float(name) for name in names], schema)
        except ValueError as error:
            raise DataError(
                f"The labels are text; the model was fitted with numbers: {', '.join(schema.covariates)}."
            ) from error
    return encode_labels(names, schema)
