r"""Independent parts of a row, each with a distribution of its own.

.. math:: \log p(x) = \sum_m \log p_m(x_{C_m})
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.distributions.elementwise import Elementwise

__all__ = ["Product"]


class Product(Distribution):
    """Distributions over disjoint columns of a vector.

    Parameters
    ----------
    parts
        Of one batch shape; the m-th of event ``(n_m,)``.
    columns
        Indices of the columns of each part, ``(n_m,)``; together every column once.

    References
    ----------
    Nazabal et al., Handling Incomplete Heterogeneous Data using VAEs, 2020, equation 3.

    Examples
    --------
    >>> from lowerbound.distributions import Bernoulli, DiagonalNormal
    >>> parts = [Bernoulli(torch.zeros(1)), DiagonalNormal(torch.zeros(2), torch.zeros(2))]
    >>> Product(parts, [torch.tensor([1]), torch.tensor([0, 2])]).mean
    tensor([0.0000, 0.5000, 0.0000])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, parts: Sequence[Distribution], columns: Sequence[Tensor]) -> None:
        self.parts, self.columns = list(parts), list(columns)
        event = torch.Size([sum(len(c) for c in columns)])
        super().__init__(parts[0].batch_shape, event, validate_args=False)

    def _join(self, values: Callable[[Distribution], Tensor]) -> Tensor:
        return self.join([values(part) for part in self.parts])

    def join(self, pieces: Sequence[Tensor]) -> Tensor:
        """Put numbers of the parts, the m-th ``(*, n_m)``, in the order of the columns: ``(*, D)``."""
        return torch.cat(list(pieces), -1).index_select(-1, torch.argsort(torch.cat(self.columns)))

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry, nats: ``(*batch, D)``.

        Raises
        ------
        TypeError
            Where the entries of a part depend on each other.
        """
        pieces = []
        for part, columns in zip(self.parts, self.columns, strict=True):
            if not isinstance(part, Elementwise):
                raise TypeError(f"The entries of a {type(part).__name__} depend on each other: they have no densities.")
            pieces.append(part.log_density(value.index_select(-1, columns)))
        return self.join(pieces)

    def total(self, entries: Tensor) -> Tensor:
        """Sum over the columns: ``(*batch, D)`` to ``(*batch,)``."""
        return entries.sum(-1)

    @property
    def mean(self) -> Tensor:
        """The means of the parts, ``(*batch, D)``."""
        return self._join(lambda part: part.mean)

    @property
    def variance(self) -> Tensor:
        """The variances of the parts."""
        return self._join(lambda part: part.variance)

    def part_log_probs(self, value: Tensor) -> Tensor:
        """Return log p of each part, nats: ``(*batch, M)``."""
        pairs = zip(self.parts, self.columns, strict=True)
        return torch.stack([part.log_prob(value.index_select(-1, columns)) for part, columns in pairs], -1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        return self.part_log_probs(value).sum(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw every part."""
        return self._join(lambda part: part.sample(torch.Size(sample_shape)))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Product:
        """Return the distribution with a larger batch shape."""
        return Product([part.expand(torch.Size(batch_shape)) for part in self.parts], self.columns)
