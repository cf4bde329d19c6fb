r"""Density and coverage of drawn rows y, by the balls around the data x that reach to their k-th neighbour.

.. math:: \text{density} = \frac1{kM} \sum_j \sum_i 1[y_j \in B(x_i)], \qquad
          \text{coverage} = \frac1N \sum_i 1[\exists j: y_j \in B(x_i)]

Both are of the data's balls only, so an outlier among the drawn rows does no harm. Where y has the distribution of x,
the mean of the density is 1, and that of the coverage

.. math:: 1 - \prod_{i=1}^{k} \frac{N - i}{M + N - i},

whatever the distribution. Balls are open: then both are 1 for y = x.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from lowerbound.metrics.estimate import Estimate
from lowerbound.metrics.features import Features, compared
from lowerbound.metrics.neighbours import neighbour_radii, ratios_to_radii

__all__ = ["density_coverage"]


def density_coverage(
    x: Any, y: Any, features: Features | None = None, *, neighbours: int = 5
) -> tuple[Estimate, Estimate]:
    """Return density and coverage of rows y that stand for data x.

    The errors are over the rows that are counted: the drawn ones for the density, the data for the coverage.

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
    Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020, section 3.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [1.0], [2.5], [4.5], [7.0], [10.0]])
    >>> [round(found.value, 9) for found in density_coverage(x, x, neighbours=2)]
    [1.0, 1.0]
    """
    first, second, name = compared(x, y, features)
    centre = first.mean(0)
    first, second = first - centre, second - centre
    radii = neighbour_radii(first, neighbours)
    count, covered = [], torch.zeros(len(first), dtype=torch.bool)
    for _, ratios in ratios_to_radii(first, radii, second):
        inside = ratios < 1 - 1e-9
        count.append(inside.double().sum(1) / neighbours)
        covered |= inside.any(0)
    density, coverage = torch.cat(count), float(covered.double().mean())
    error = float(density.std()) / math.sqrt(len(density))
    return (
        Estimate(f"density ({name})", float(density.mean()), error),
        Estimate(f"coverage ({name})", coverage, math.sqrt(coverage * (1 - coverage) / len(first))),
    )
