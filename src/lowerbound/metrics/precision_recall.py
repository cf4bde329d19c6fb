r"""Precision and recall of drawn rows: how many lie on the manifold of the data, and how much of the data on theirs.

The manifold of a set is the union of the balls around its rows that reach to their k-th neighbour.

.. math:: \text{precision} = \frac1M \sum_j 1[y_j \in \text{manifold}(x)], \qquad
          \text{recall} = \frac1N \sum_i 1[x_i \in \text{manifold}(y)]
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from lowerbound.metrics.estimate import Estimate
from lowerbound.metrics.features import Features, compared
from lowerbound.metrics.neighbours import neighbour_radii, ratios_to_radii

__all__ = ["precision_recall"]


def precision_recall(
    x: Any, y: Any, features: Features | None = None, *, neighbours: int = 3
) -> tuple[Estimate, Estimate]:
    """Return precision and recall of rows y that stand for data x.

    The errors are over the rows that are counted, the manifolds taken as they are.

    Parameters
    ----------
    x, y
        The data ``(n, *shape)`` and the drawn rows ``(m, *shape)``.
    features
        What to compare them by; the rows themselves unless told.
    neighbours
        k.

    References
    ----------
    Kynkaanniemi et al., Improved Precision and Recall Metric for Assessing Generative Models, 2019, equations 1 and 2.

    Examples
    --------
    >>> x = torch.arange(10.0)[:, None]
    >>> [found.value for found in precision_recall(x, x[:5])]
    [1.0, 0.8]
    """
    first, second, name = compared(x, y, features, least=neighbours + 1)
    centre = first.mean(0)
    first, second = first - centre, second - centre
    return (
        _share(f"precision ({name})", _inside(first, second, neighbours)),
        _share(f"recall ({name})", _inside(second, first, neighbours)),
    )


def _inside(centres: Tensor, points: Tensor, k: int) -> Tensor:
    """Whether each point lies in some ball around the centres."""
    radii = neighbour_radii(centres, k)
    # The k-th neighbour itself is inside, whatever rounding makes of its distance.
    return torch.cat([(ratios <= 1 + 1e-9).any(1) for _, ratios in ratios_to_radii(centres, radii, points)])


def _share(name: str, inside: Tensor) -> Estimate:
    share = float(inside.double().mean())
    return Estimate(name, share, math.sqrt(share * (1 - share) / len(inside)))
