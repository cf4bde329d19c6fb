"""A data set: rows, labels, schema, splits, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from lowerbound.data.checking import check_values
from lowerbound.data.factors import Factors
from lowerbound.data.inference import levels_up_to
from lowerbound.data.labels import one_hot
from lowerbound.data.randomness import permutation
from lowerbound.data.schema import Schema
from lowerbound.data.streams import Source, Stripe, Striped, Through, blocks
from lowerbound.errors import ConfigError, ShapeError, UnknownNameError, nearest

__all__ = ["Dataset", "split_rows"]

PERIOD = 1000
Rows = Tensor | Source


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows in memory, or on disk, with their schema.

    Parameters
    ----------
    x : Tensor or Source, (n, *shape)
        Stored rows: uint8 for discrete data, float32 or float64 for real data.
    schema : Schema
        Describes the rows and, where there are labels, y.
    y : Tensor or Source, optional
        Class indices ``(n,)`` int64 or covariates ``(n, C)`` float.
    splits : mapping of str to Tensor or Stripe, optional
        Row indices of ``"train"``, ``"valid"`` and ``"test"``; stripes of rows on disk.
    name, source, licence : str
        Where the data comes from and on which terms; ``licence`` is empty for the user's own data.
    factors : Factors, optional
        What each row was made from, where that is known.

    Raises
    ------
    ShapeError
        When rows and factors differ in number.

    Examples
    --------
    >>> data = Dataset(torch.zeros(10, 2), Schema((2,), "real")).split(seed=1)
    >>> {name: len(rows) for name, rows in data.splits.items()}
    {'train': 8, 'valid': 1, 'test': 1}
    >>> x, y = data.rows("train")
    >>> x.shape, y
    (torch.Size([8, 2]), None)
    """

    x: Rows
    schema: Schema
    y: Rows | None = None
    splits: Mapping[str, Tensor | Stripe] | None = None
    name: str = "data"
    source: str = ""
    licence: str = ""
    factors: Factors | None = None

    def __post_init__(self) -> None:
        if self.factors is not None and len(self.factors) != len(self.x):
            raise ShapeError(f"{self.name} has {len(self.x)} rows and factors of {len(self.factors)}.")

    def __len__(self) -> int:
        return len(self.x)

    def split(self, valid: float = 0.1, test: float = 0.1, seed: int = 0) -> Dataset:
        """Return the data set with all three splits; those that it already has stay as they are.

        Rows on disk are split in stretches: of every 1000 rows the last ones are for validation and for testing,
        whatever the seed.

        Parameters
        ----------
        valid, test : float, default 0.1
            Fractions of all rows; each non-zero one gets at least one row when there are enough rows
            (valid from two rows on, test from three). Classes keep their proportions.
        seed : int, default 0
            Of the order in which rows are dealt out.

        Raises
        ------
        ConfigError
            If a fraction is outside ``[0, 1)`` or both leave nothing for training.
        """
        given = dict(self.splits or {})
        if {"train", "valid", "test"} <= given.keys():
            return self
        if not isinstance(self.x, Tensor):
            return replace(self, splits=_stripes(len(self), valid, test))
        rows = given.get("train")
        rows = rows if isinstance(rows, Tensor) else torch.arange(len(self))
        classes = self.y[rows] if isinstance(self.y, Tensor) and self.schema.classes else None
        asked = (0 if "valid" in given else valid), (0 if "test" in given else test)
        dealt = split_rows(len(rows), *asked, seed=seed, classes=classes, total=len(self))
        return replace(self, splits={name: rows[part] for name, part in dealt.items()} | _except_train(given))

    def narrowed(self, support: str, levels: int | None = None) -> Dataset:
        """Return the data set with a narrower support, that of a likelihood: counts, say.

        Parameters
        ----------
        support : str
        levels : int, optional
            How many, where the support is levels; as many as the largest value asks for unless told.

        Raises
        ------
        SupportError
            For values outside it, with row and column.

        Examples
        --------
        >>> Dataset(torch.ones(3, 2), Schema((2,), "real")).narrowed("count").schema.support
        'count'
        """
        of_levels = support == "levels"
        narrow = replace(self.schema, support=support, levels=(levels or 256) if of_levels else None)
        largest = self._held(narrow)
        if levels is None and of_levels:
            narrow = replace(narrow, levels=levels_up_to(int(largest)))
        return replace(self, schema=narrow)

    def narrowed_columns(self, supports: tuple[str, ...]) -> Dataset:
        """Return a mixed table, each column with a support of its own.

        Parameters
        ----------
        supports : tuple of str
            See `Schema`, ``column_supports``.

        Raises
        ------
        SupportError
            For a value outside its column's, with row and column.

        Examples
        --------
        >>> mixed = Dataset(torch.ones(3, 2), Schema((2,), "real")).narrowed_columns(("count", "real"))
        >>> mixed.schema.whole_columns
        (True, False)
        """
        mixed = replace(self.schema, support="real", levels=None, binarize=None, column_supports=supports)
        self._held(mixed)
        return replace(self, schema=mixed)

    def _held(self, schema: Schema) -> float:
        """Hold all rows against a schema; return the largest value."""
        largest = -math.inf
        for start, stop in blocks(len(self)):
            rows = self.x[start:stop] if isinstance(self.x, Tensor) else self.x.read(start, stop)
            check_values(rows.numpy(), schema, where=self.name or "X", first_row=start)
            largest = max(largest, float(rows.max()))
        return largest

    def rows(self, split: str) -> tuple[Rows, Rows | None]:
        """Return x and y of one split (``"all"`` for every row).

        Raises
        ------
        UnknownNameError
            If the data set has no such split.
        """
        if split == "all":
            return self.x, self.y
        part = self._part(split)
        return _take(self.x, part), None if self.y is None else _take(self.y, part)

    def factors_of(self, split: str) -> Factors | None:
        """Return the factors of one split (``"all"`` for every row), None where they are not known."""
        if self.factors is None or split == "all":
            return self.factors
        part = self._part(split)
        return self.factors[part] if isinstance(part, Tensor) else None

    def _part(self, split: str) -> Tensor | Stripe:
        known = dict(self.splits or {})
        if split not in known:
            raise UnknownNameError(f"{self.name} has no split {split!r}. {nearest(split, [*known, 'all'])}")
        return known[split]

    def condition(self, split: str = "all") -> Rows | None:
        """Return the condition c of one split, ``(n, condition_size)`` float32, or None without labels."""
        y = self.rows(split)[1]
        if y is None:
            return None
        encode = partial(one_hot, schema=self.schema)
        return encode(y) if isinstance(y, Tensor) else Through(y, encode)


def _take(rows: Rows, part: Tensor | Stripe) -> Rows:
    if isinstance(rows, Tensor) and isinstance(part, Tensor):
        return rows[part]
    if isinstance(part, Stripe) and not isinstance(rows, Tensor):
        return Striped(rows, part)
    raise TypeError("Rows in memory are split by indices, rows on disk by stripes.")


def _stripes(n: int, valid: float, test: float) -> dict[str, Tensor | Stripe]:
    period = min(n, PERIOD)
    parts = split_rows(period, valid, test)
    first, last = len(parts["train"]), len(parts["train"]) + len(parts["valid"])
    bounds = {"train": (0, first), "valid": (first, last), "test": (last, period)}
    return {name: Stripe(period, *bound) for name, bound in bounds.items()}


def _except_train(splits: Mapping[str, Tensor | Stripe]) -> dict[str, Tensor | Stripe]:
    return {name: rows for name, rows in splits.items() if name != "train"}


def split_rows(
    n: int, valid: float, test: float, *, seed: int = 0, classes: Tensor | None = None, total: int | None = None
) -> dict[str, Tensor]:
    """Deal ``n`` rows out to train, valid and test.

    Parameters
    ----------
    n : int
        Number of rows.
    valid, test : float
        Fractions of `total`.
    seed : int, default 0
        Of the order.
    classes : Tensor, optional
        Class indices ``(n,)``: every split then has them in proportion.
    total : int, optional
        The number the fractions refer to, `n` unless told.

    Returns
    -------
    dict of str to Tensor
        Sorted row indices, disjoint, together all of ``0 .. n - 1``.

    Raises
    ------
    ConfigError
        If a fraction is outside ``[0, 1)`` or both leave nothing for training.

    Examples
    --------
    >>> {name: len(rows) for name, rows in split_rows(3, 0.1, 0.1).items()}
    {'train': 1, 'valid': 1, 'test': 1}
    """
    for name, fraction in (("valid", valid), ("test", test)):
        if not 0 <= fraction < 1:
            raise ConfigError(f"The {name} fraction is from 0 up to 1, got {fraction}.")
    n_test = _count(n, test, total or n, needed=3 if valid else 2)
    n_valid = _count(n - n_test, valid, total or n, needed=2)
    if n - (valid + test) * (total or n) >= 0.5:  # both rounded up may take the last row
        n_valid = min(n_valid, max(n - n_test - 1, 0))
    if n_test + n_valid >= n > 1:
        raise ConfigError(f"valid={valid} and test={test} leave none of {n} rows for training.")
    order = _order(n, seed, classes)
    parts = {"train": order[n_test + n_valid :], "valid": order[n_test : n_test + n_valid], "test": order[:n_test]}
    return {name: part.sort().values for name, part in parts.items()}


def _count(available: int, fraction: float, total: int, needed: int) -> int:
    if fraction == 0 or available < needed:
        return 0
    return max(1, round(fraction * total))


def _order(n: int, seed: int, classes: Tensor | None) -> Tensor:
    """Shuffle rows; with classes, so that every stretch of the order has them in proportion."""
    order = permutation(n, seed)
    if classes is None or n == 0:
        return order
    grouped = order[classes[order].argsort(stable=True)]
    counts = classes.bincount()
    ends = counts.cumsum(0)
    of_row = classes[grouped]
    rank = torch.arange(n) - (ends - counts)[of_row]
    return grouped[((rank + 0.5) / counts[of_row]).argsort(stable=True)]
