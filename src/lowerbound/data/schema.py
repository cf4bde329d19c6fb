"""What one row of data looks like: the fitted model keeps it and every later call is checked against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lowerbound.errors import ConfigError, nearest

__all__ = ["SUPPORTS", "Schema", "split_support"]

SUPPORTS = ("binary", "levels", "count", "interval", "unit", "positive", "real")
"""Narrow ones first: what :func:`lowerbound.core.describes` compares with a likelihood."""

DISCRETE = ("binary", "levels", "count")
"""Those of whole numbers."""


@dataclass(frozen=True)
class Schema:
    """Shape, support and names of the rows of a data set.

    Parameters
    ----------
    shape : tuple of int
        Event shape of x: ``(D,)`` for a vector or table row, ``(C, H, W)`` for an image.
    support : {"binary", "levels", "count", "interval", "unit", "positive", "real"}
        ``{0, 1}``; the integers ``0 .. levels - 1``; all integers from 0; ``(0, 1)``; ``[0, 1]``; numbers
        above 0; or the real line. Data is read as binary, levels or real; the others belong to a
        likelihood that asks for them.
    levels : int, optional
        Number of levels (2 to 256): 256 for 8-bit images, 17 for scikit-learn's digits.
    binarize : {"dynamic"}, optional
        ``"dynamic"``: the stored integers divided by ``levels - 1`` are Bernoulli probabilities, drawn anew
        at every visit. The support is then ``"binary"`` and `levels` tells the range of what is stored.
    columns : tuple of str, optional
        Names of the columns of a table.
    classes : tuple of str, optional
        Values of a categorical label; its one-hot width is ``len(classes)``.
    covariates : tuple of str, optional
        Names of numeric covariates, where y is a matrix of floats.
    column_supports : tuple of str, optional
        The support of each column of a mixed table, ``"levels:5"`` with the number of levels; the whole is then real.

    Raises
    ------
    ConfigError
        If the fields contradict each other or have an impossible type or value.

    Examples
    --------
    >>> schema = Schema((1, 8, 8), "levels", levels=17)
    >>> schema.kind, schema.n_features, schema.condition_size
    ('image', 64, 0)
    >>> Schema.from_json(schema.to_json()) == schema
    True
    """

    shape: tuple[int, ...]
    support: str
    levels: int | None = None
    binarize: str | None = None
    columns: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    covariates: tuple[str, ...] | None = None
    column_supports: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _check_shape(self.shape)
        _check_support(self)
        _check_names(self)
        _check_column_supports(self)

    @property
    def kind(self) -> str:
        """``"image"`` for ``(C, H, W)``, otherwise ``"vector"``."""
        return "image" if len(self.shape) == 3 else "vector"

    @property
    def discrete(self) -> bool:
        """Whether rows have probabilities, rather than a density."""
        return self.support in DISCRETE or (self.column_supports is not None and all(self.whole_columns))

    @property
    def whole_columns(self) -> tuple[bool, ...]:
        """Which columns of a mixed table hold whole numbers; none of another table."""
        return tuple(split_support(text)[0] in DISCRETE for text in self.column_supports or ())

    @property
    def n_features(self) -> int:
        """Number of values in one row."""
        return math.prod(self.shape)

    @property
    def condition_size(self) -> int:
        """Width of the condition c: number of classes or of covariates, 0 without labels."""
        return len(self.classes or self.covariates or ())

    @property
    def stored_levels(self) -> int | None:
        """Number of values a stored entry can take: 2 for fixed binary data, None for real data."""
        return 2 if self.support == "binary" and self.binarize is None else self.levels

    def column(self, index: tuple[int, ...]) -> str:
        """Name the entry `index` of a row as a person would.

        Examples
        --------
        >>> Schema((2,), "real", columns=("age", "height")).column((1,))
        "column 'height'"
        >>> Schema((1, 8, 8), "levels", levels=17).column((0, 3, 4))
        'pixel (0, 3, 4)'
        """
        if self.kind == "image":
            return f"pixel {tuple(int(i) for i in index)}"
        return f"column {self.columns[index[0]]!r}" if self.columns else f"column {index[0]}"

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary that JSON can hold; `from_json` reads it back."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Schema:
        """Build a schema from the dictionary that `to_json` made.

        Parameters
        ----------
        document : mapping
            Keys are the names of the fields; ``shape`` and ``support`` are required.

        Raises
        ------
        ConfigError
            If a key is unknown or missing, or a value is of the wrong type.
        """
        if not isinstance(document, Mapping):
            raise ConfigError(f"A schema is a JSON object, got {type(document).__name__}.")
        known = [field.name for field in fields(cls)]
        for key in document:
            if key not in known:
                raise ConfigError(f"Unknown key {key!r} in the schema. {nearest(str(key), known)}")
        for key in ("shape", "support"):
            if key not in document:
                raise ConfigError(f"The schema lacks the key {key!r}.")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
        }
        return cls(**values)


def split_support(text: str) -> tuple[str, int | None]:
    """Return the support of a column and its number of levels.

    Examples
    --------
    >>> split_support("levels:5"), split_support("count")
    (('levels', 5), ('count', None))
    """
    name, _, levels = text.partition(":")
    return name, int(levels) if levels.isdecimal() else None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_shape(shape: object) -> None:
    valid = isinstance(shape, tuple) and len(shape) in (1, 3) and all(_is_int(n) and n > 0 for n in shape)
    if not valid:
        raise ConfigError(f"shape of a schema is (D,) or (C, H, W) with positive integers, got {shape!r}.")


def _check_support(schema: Schema) -> None:
    if schema.support not in SUPPORTS:
        raise ConfigError(f"Unknown support {schema.support!r}. {nearest(str(schema.support), SUPPORTS)}")
    if schema.binarize not in (None, "dynamic"):
        raise ConfigError(f"binarize of a schema is 'dynamic' or None, got {schema.binarize!r}.")
    if schema.binarize and schema.support != "binary":
        raise ConfigError(f"binarize='dynamic' makes the support 'binary', got {schema.support!r}.")
    if (schema.levels is not None) != (schema.support == "levels" or schema.binarize is not None):
        raise ConfigError("levels belongs to the support 'levels' or to binarize='dynamic', and to those only.")
    if schema.levels is not None and not (_is_int(schema.levels) and 2 <= schema.levels <= 256):
        raise ConfigError(f"levels of a schema is an integer from 2 to 256, got {schema.levels!r}.")


def _check_column_supports(schema: Schema) -> None:
    given = schema.column_supports
    if given is None:
        return
    if not (isinstance(given, tuple) and all(isinstance(text, str) for text in given)):
        raise ConfigError(f"column_supports of a schema is a tuple of strings, got {given!r}.")
    if schema.support != "real" or schema.kind == "image" or len(given) != schema.n_features:
        raise ConfigError(f"{len(given)} column_supports do not describe real rows of shape {schema.shape}.")
    for text in given:
        name, levels = split_support(text)
        if name not in SUPPORTS or text != (name if levels is None else f"{name}:{levels}"):
            raise ConfigError(f"Unknown support {text!r} of a column. {nearest(text, SUPPORTS)}")
        if (name == "levels") != (levels is not None) or not 2 <= (levels or 2):
            raise ConfigError(f"The support {text!r} of a column: levels have a number of at least two, others none.")


def _check_names(schema: Schema) -> None:
    for field in ("columns", "classes", "covariates"):
        names = getattr(schema, field)
        if names is None:
            continue
        if not (isinstance(names, tuple) and names and all(isinstance(name, str) for name in names)):
            raise ConfigError(f"{field} of a schema is a non-empty tuple of strings, got {names!r}.")
        if field != "columns" and len(set(names)) != len(names):
            raise ConfigError(f"{field} of a schema has a name twice.")
    if schema.classes and schema.covariates:
        raise ConfigError("A schema has classes or covariates, not both.")
    if schema.columns and (schema.kind == "image" or len(schema.columns) != schema.n_features):
        raise ConfigError(f"{len(schema.columns)} columns do not name the entries of shape {schema.shape}.")
