"""Arrays, tensors and nested lists as data sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lowerbound.data.checking import check
from lowerbound.data.coerce import to_array
from lowerbound.data.dataset import Dataset
from lowerbound.data.inference import infer_schema
from lowerbound.data.labels import encode_labels, with_labels
from lowerbound.data.layout import Layout, to_rows

__all__ = ["from_arrays"]


def from_arrays(
    x: Any,
    y: Any = None,
    *,
    image: Layout | None = None,
    name: str = "data",
    where: str = "X",
    covariates: Sequence[str] | None = None,
    **said: Any,
) -> Dataset:
    """Make a data set of rows and, if given, labels.

    Parameters
    ----------
    x : array-like
        ``(n, D)`` rows; ``(n, H, W)``, ``(n, C, H, W)`` or ``(n, H, W, C)`` images.
    y : array-like, optional
        ``(n,)`` classes or ``(n, C)`` covariates.
    image : tuple of int, "CHW" or "HWC", optional
        Size of one image for flat rows, or the order of ambiguous axes.
    name : str, default "data"
        Of the data set.
    where : str, default "X"
        What messages call the rows.
    covariates : sequence of str, optional
        Names of the columns of y, where they are numbers.
    **said
        ``columns``, ``support``, ``levels``, ``binarize`` of `infer_schema`.

    Raises
    ------
    DataError
        If rows or labels cannot be used; the message names row and column.

    Examples
    --------
    >>> data = from_arrays([[0.5, 1.0], [2.0, 3.0]], ["a", "b"])
    >>> data.schema.classes, data.y
    (('a', 'b'), tensor([0, 1]))
    """
    schema = infer_schema(x, image=image, where=where, **said)
    if isinstance(image, str):
        x = to_rows(to_array(x, where=where)[0], image, where)
    rows = check(x, schema, where=where, rounding=True)
    if y is None:
        return Dataset(rows, schema, name=name)
    schema = with_labels(schema, y, covariates)
    return Dataset(rows, schema, encode_labels(y, schema, n=len(rows)), name=name)
