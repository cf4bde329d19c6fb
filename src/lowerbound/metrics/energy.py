r"""The energy distance of two sets of rows, with its p-value.

.. math:: D^2 = 2 E\|x - y\| - E\|x - x'\| - E\|y - y'\|

It has no width to choose and is in the units of the rows.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lowerbound.distances.pairwise import squares
from lowerbound.metrics.features import Features, compared
from lowerbound.metrics.permutation import TwoSampleTest, permutation_test

__all__ = ["energy_test"]


def energy_test(
    x: Any, y: Any, features: Features | None = None, *, permutations: int = 199, seed: int = 0
) -> TwoSampleTest:
    """Test whether two sets of rows have one distribution, by the energy distance.

    Parameters
    ----------
    x, y
        Rows, ``(n, *shape)`` and ``(m, *shape)``.
    features
        What to compare them by; the rows themselves unless told.
    permutations
        R.
    seed
        Of the permutations.

    References
    ----------
    Szekely and Rizzo, Energy statistics: A class of statistics based on distances, 2013.

    Examples
    --------
    >>> import torch
    >>> x = torch.linspace(0, 1, 50)[:, None]
    >>> found = energy_test(x, x + 1)
    >>> found.name, found.p_value
    ('energy distance (pixels)', 0.005)
    """
    first, second, name = compared(x, y, features)
    name = f"energy distance ({name})"
    return permutation_test(_nearness, first, second, permutations, seed=seed, name=name)


def _nearness(x: Tensor, y: Tensor) -> Tensor:
    return -squares(x, y).sqrt()
