r"""A number with its standard error, and the error of statistics that have no formula for it.

Rows are dealt into G groups; :math:`\theta_{(g)}` is the statistic without group g.

.. math:: \mathrm{se}^2 = \frac{G - 1}{G} \sum_g (\theta_{(g)} - \bar\theta)^2
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import noise

__all__ = ["Estimate", "grouped_error"]


@dataclass(frozen=True)
class Estimate:
    """A number by name.

    Attributes
    ----------
    name : str
        What it is, and what rows were compared by.
    value : float
    error : float
        Standard error.

    Examples
    --------
    >>> Estimate("coverage (pixels)", 0.97, 0.01).to_json()["value"]
    0.97
    """

    name: str
    value: float
    error: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def grouped_error(
    statistic: Callable[[Tensor, Tensor], float], x: Tensor, y: Tensor, *, groups: int = 10, seed: int = 0
) -> float:
    """Return the standard error of a statistic of two sets of rows, by leaving out groups of them.

    Parameters
    ----------
    statistic
        Of ``(n, D)`` and ``(m, D)``.
    x, y
        The rows; each set is dealt into the groups at random.
    groups
        G.
    seed
        Of the dealing.

    References
    ----------
    Shao and Wu, A General Theory for Jackknife Variance Estimation, 1989.

    Examples
    --------
    >>> x = torch.arange(100.0)[:, None]
    >>> 2 < grouped_error(lambda a, b: float(a.mean()), x, x) < 4
    True
    """
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, 52))
    groups = min(groups, len(x), len(y))
    of_x, of_y = (torch.randperm(len(rows), generator=generator) % groups for rows in (x, y))
    left = np.array([statistic(x[of_x != g], y[of_y != g]) for g in range(groups)])
    return math.sqrt((groups - 1) / groups * float(((left - left.mean()) ** 2).sum()))
