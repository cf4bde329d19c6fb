r"""The maximum mean discrepancy of two sets of rows, with its p-value.

.. math:: \mathrm{MMD}^2 = E\,k(x, x') + E\,k(y, y') - 2 E\,k(x, y), \qquad
          k(x, y) = \frac1L \sum_l \exp\Big(-\frac{\|x - y\|^2}{2 s_l \tilde d^2}\Big)

with :math:`\tilde d^2` the median of the squared distances, and several widths :math:`s_l` around it. The kernel is
bounded and characteristic: zero for equal distributions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distances.pairwise import squares
from lowerbound.metrics.features import Features, compared
from lowerbound.metrics.permutation import TwoSampleTest, permutation_test

__all__ = ["mmd_test"]

WIDTHS = (0.25, 1.0, 4.0)
MEDIAN_ROWS = 1000


def mmd_test(
    x: Any,
    y: Any,
    features: Features | None = None,
    *,
    permutations: int = 199,
    widths: Sequence[float] = WIDTHS,
    seed: int = 0,
) -> TwoSampleTest:
    """Test whether two sets of rows have one distribution, by the squared MMD with Gaussian kernels.

    Parameters
    ----------
    x, y
        Rows, ``(n, *shape)`` and ``(m, *shape)``.
    features
        What to compare them by; the rows themselves unless told.
    permutations
        R.
    widths
        Of the kernels: squared, as multiples of the median squared distance.
    seed
        Of the permutations.

    References
    ----------
    Gretton et al., A Kernel Two-Sample Test, 2012, lemma 6.

    Examples
    --------
    >>> x = torch.linspace(0, 1, 50)[:, None]
    >>> found = mmd_test(x, x + 1)
    >>> found.name, found.p_value
    ('squared MMD (pixels)', 0.005)
    """
    first, second, name = compared(x, y, features)
    median = _median(torch.cat([first, second]), seed)

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        square = squares(a, b) / median
        return sum((torch.exp(-0.5 * square / s) for s in widths), torch.zeros(())) / len(widths)

    return permutation_test(kernel, first, second, permutations, seed=seed, name=f"squared MMD ({name})")


def _median(pooled: Tensor, seed: int) -> Tensor:
    """Return the median squared distance of different rows, of some drawn without regard to their set."""
    order = torch.randperm(len(pooled), generator=torch.Generator().manual_seed(noise.mix_seed(seed, 51)))
    rows = pooled[order[:MEDIAN_ROWS]]
    i, j = torch.triu_indices(len(rows), len(rows), 1)
    square = squares(rows, rows)[i, j]
    return square[square > 0].median() if bool((square > 0).any()) else torch.ones((), dtype=pooled.dtype)
