r"""Mixed tables: a family for each group of columns, p(x | params) = prod_m p_m(x_{C_m} | params_m)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import SUPPORTS, Calibrated, Family
from lowerbound.errors import ConfigError, ShapeError, SupportError

__all__ = ["Product"]


class Product(Family):
    """Columns of different kinds, independent given the latents.

    As a setting: ``likelihood="Product([(Normal((2,)), (0, 3)), (Poisson((1,)), (1,)),
    (Categorical((1,), 5), (2,))])"``, each part saying its number of columns itself. A class is
    written as its index. The whole is real data to the schema; each part's support is held
    against up to 10,000 rows of the training data instead.

    Parameters
    ----------
    parts
        Pairs of a family over ``(n,)`` and the n columns it describes; together the columns 0 to
        D - 1, each once.

    Raises
    ------
    ShapeError
        For a part over another number of columns than it has.
    ConfigError
        For a column that is missing, unknown or described twice.

    References
    ----------
    Nazabal et al., Handling Incomplete Heterogeneous Data using VAEs, 2020, sections 2 and 3.

    Examples
    --------
    >>> from lowerbound.likelihoods import Bernoulli, Normal
    >>> family = Product([(Normal((2,)), (0, 2)), (Bernoulli((1,)), (1,))])
    >>> family(torch.zeros(5, *family.params_shape)).mean[0]
    tensor([0.0000, 0.5000, 0.0000])
    """

    rows_wanted = 10_000
    """Rows of the training data that the supports are held against."""

    def __init__(self, parts: Sequence[tuple[Family, Sequence[int]]]) -> None:
        super().__init__()
        self.families = nn.ModuleList(family for family, _ in parts)
        self.columns = [tuple(columns) for _, columns in parts]
        self.event_shape = (sum(len(columns) for columns in self.columns),)
        self._check(self.event_shape[0])
        for m, columns in enumerate(self.columns):
            self.register_buffer(f"columns_{m}", torch.tensor(columns), persistent=False)
        self.sizes = [math.prod(family.params_shape) for family in self._families()]
        self.params_shape = (sum(self.sizes),)

    @property
    def parts(self) -> list[tuple[Family, tuple[int, ...]]]:
        """Pairs of a family and its columns."""
        return list(zip(self._families(), self.columns, strict=True))

    def _families(self) -> list[Any]:
        return list(self.families)

    def _check(self, size: int) -> None:
        for family, columns in self.parts:
            if tuple(family.event_shape) != (len(columns),):
                raise ShapeError(
                    f"{family!r} describes rows of shape {tuple(family.event_shape)}; its columns {columns} are of "
                    f"shape ({len(columns)},). Write the shape out: {type(family).__name__}(({len(columns)},), ...)."
                )
        named = sorted(column for columns in self.columns for column in columns)
        if named != list(range(size)) or not named:
            raise ConfigError(f"A product describes each of the columns 0 to {size - 1} once; got {named}.")

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Give each part the statistics of its columns."""
        for family, columns in self.parts:
            if isinstance(family, Calibrated):
                family.calibrate(mean[list(columns)], std[list(columns)])

    def take_rows(self, rows: Tensor) -> None:
        """Hold each part's support against rows of the data.

        Raises
        ------
        SupportError
            For a value that its family has no probability for, with the column.
        """
        for family, columns in self.parts:
            for column in columns:
                wrong = rows[:, column][_outside(family, rows[:, column])]
                if len(wrong):
                    raise SupportError(
                        f"Column {column} has the value {wrong[0].item():g}; {type(family).__name__} describes "
                        f"{SUPPORTS[family.support].replace('L - 1', str(_levels(family) - 1))}."
                    )

    def forward(self, params: Tensor) -> distributions.Product:
        """Map the parts' raw parameters, flattened and joined, ``(*lead, P)`` to the distribution."""
        pieces = params.split(self.sizes, -1)
        families = self._families()
        parts = [f(piece.unflatten(-1, f.params_shape)) for f, piece in zip(families, pieces, strict=True)]
        return distributions.Product(parts, [self.get_buffer(f"columns_{m}") for m in range(len(parts))])


def _levels(family: Any) -> int:
    return getattr(family, "levels", None) or getattr(family, "n_classes", None) or 2


def _outside(family: Family, x: Tensor) -> Tensor:
    """Which numbers the family's support leaves out."""
    whole = (x == x.round()) & (x >= 0)
    inside = {
        "binary": (x == 0) | (x == 1),
        "levels": whole & (x < _levels(family)),
        "count": whole,
        "positive": x > 0,
        "unit": (x >= 0) & (x <= 1),
        "interval": (x > 0) & (x < 1),
    }
    return ~inside.get(family.support, torch.ones_like(whole))
