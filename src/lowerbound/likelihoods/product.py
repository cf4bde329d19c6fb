r"""Mixed tables: a family for each group of columns, p(x | params) = prod_m p_m(x_{C_m} | params_m)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Calibrated, Family, levels_of
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["Product"]


class Product(Family):
    """Columns of different kinds, independent given the latents.

    As a setting: ``likelihood="Product([(Normal((2,)), (0, 3)), (Poisson((1,)), (1,)),
    (Categorical((1,), 5), (2,))])"``, each part saying its number of columns itself. A class is
    written as its index. The whole is real data to the schema, which keeps the support of each column.

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

    @property
    def column_supports(self) -> tuple[str, ...]:
        """The support of each column, that of its family: ``"levels:5"`` with the number of levels."""
        pairs = [(column, family) for family, columns in self.parts for column in columns]
        return tuple(_support(family) for _, family in sorted(pairs, key=lambda pair: pair[0]))

    def forward(self, params: Tensor) -> distributions.Product:
        """Map the parts' raw parameters, flattened and joined, ``(*lead, P)`` to the distribution."""
        pieces = params.split(self.sizes, -1)
        families = self._families()
        parts = [f(piece.unflatten(-1, f.params_shape)) for f, piece in zip(families, pieces, strict=True)]
        return distributions.Product(parts, [self.get_buffer(f"columns_{m}") for m in range(len(parts))])


def _support(family: Family) -> str:
    return f"levels:{levels_of(family)}" if family.support == "levels" else family.support
