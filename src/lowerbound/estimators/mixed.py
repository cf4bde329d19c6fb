"""A likelihood for a table of several kinds of columns, each family chosen from the values of its columns."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.data import Dataset
from lowerbound.data.streams import blocks
from lowerbound.errors import ConfigError
from lowerbound.estimators.rows import between, statistics
from lowerbound.recipes.options import MIXED
from lowerbound.runs import Settings

__all__ = ["mixed_hint", "mixed_likelihood"]

FEW = 10
"""Most levels of a column that are classes, of whatever order."""


def mixed_likelihood(dataset: Dataset) -> str:
    """Return the specification of a product of families, from the values of all rows.

    Zeros and ones are Bernoulli; whole numbers from 0 with at most 10 levels are classes, which may have an order or
    none; whole numbers from 0 that vary as much as counts do, with a variance of at least their mean, are negative
    binomial; all else is normal.

    Raises
    ------
    ConfigError
        For images.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> mixed_likelihood(from_arrays([[1.5, 1, 0], [-2.0, 0, 3], [0.2, 1, 2]]))
    'Product([(Normal((1,)), (0,)), (Bernoulli((1,)), (1,)), (Categorical((1,), 4), (2,))])'
    """
    if dataset.schema.kind != "vector":
        raise ConfigError(f"likelihood={MIXED!r} describes tables; rows of {dataset.name} are images.")
    groups: dict[str, list[int]] = {}
    for column, family in enumerate(_families(dataset)):
        groups.setdefault(family, []).append(column)
    parts = [f"({family.format(n=len(columns))}, {tuple(columns)!r})" for family, columns in groups.items()]
    return f"Product([{', '.join(parts)}])"


def mixed_hint(dataset: Dataset, settings: Settings) -> str | None:
    """Say which columns of a table in memory are not normal, where nobody chose a likelihood.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> print(mixed_hint(from_arrays([[1.5, 1], [-2.0, 0]]), Settings.make()))
    column 1 holds yes or no, counts or classes: --set likelihood=mixed gives each column a family of its own.
    """
    schema, recipe = dataset.schema, settings.recipe_
    free = settings.model.likelihood == "auto" and recipe.support is None and recipe.solve is None
    if not (free and schema.support == "real" and schema.kind == "vector" and isinstance(dataset.x, Tensor)):
        return None
    other = [i for i, family in enumerate(_families(dataset)) if not family.startswith("Normal")]
    if not other:
        return None
    names = ", ".join(schema.column((i,)).removeprefix("column ") for i in other[:5])
    more = f" and {len(other) - 5} more" if other[5:] else ""
    columns, hold = ("columns", "hold") if other[1:] else ("column", "holds")
    found = f"{columns} {names}{more} {hold} yes or no, counts or classes"
    return f"{found}: --set likelihood={MIXED} gives each column a family of its own."


def _families(dataset: Dataset) -> list[str]:
    """Return the family of each column, ``{n}`` standing for their number."""
    low, high, whole = _range(dataset)
    mean, std = statistics(dataset.x, dataset.schema)
    families = []
    for column in range(len(low)):
        top = float(high[column])
        if not bool(whole[column]) or float(low[column]) < 0:
            families.append("Normal(({n},))")
        elif top <= 1:
            families.append("Bernoulli(({n},))")
        elif top < FEW:
            families.append(f"Categorical(({{n}},), {int(top) + 1})")
        else:
            counted = bool(std[column].square() >= mean[column])
            families.append("NegativeBinomial(({n},))" if counted else "Normal(({n},))")
    return families


def _range(dataset: Dataset) -> tuple[Tensor, Tensor, Tensor]:
    """Return the smallest and the largest value of each column, and whether all are whole."""
    found: list[tuple[Tensor, ...]] = []
    for start, stop in blocks(len(dataset)):
        rows = between(dataset.x, start, stop)
        found.append((rows.amin(0), rows.amax(0), (rows == rows.round()).all(0)))
    low, high, whole = (torch.stack(parts) for parts in zip(*found, strict=True))
    return low.amin(0), high.amax(0), whole.all(0)
