r"""The Hilbert-Schmidt independence criterion.

.. math:: \mathrm{HSIC}(X, Y) = \mathrm{MMD}^2(P_{XY}, P_X \otimes P_Y) = \frac1{n^2} \mathrm{Tr}(K H L H)

(the biased estimate) with the Gaussian kernels K of x and L of y, and H the matrix that takes off means.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distances.pairwise import squares
from lowerbound.errors import DataError

__all__ = ["hsic"]


def hsic(x: Tensor, y: Tensor, unbiased: bool = True) -> Tensor:
    r"""Return how far pairs ``(n, d)`` and ``(n, e)`` are from independent, a 0-d tensor; zero for independence only.

    Parameters
    ----------
    x, y
        Rows that belong together. The squared width of each kernel is the mean squared length between its rows.
    unbiased
        Given the widths, the mean over all orders of the rows of y is then zero; it may be negative. Otherwise it is
        never negative.

    Raises
    ------
    DataError
        When the rows are not as many, or fewer than four for the unbiased estimate.

    References
    ----------
    Gretton et al., Measuring Statistical Dependence with Hilbert-Schmidt Norms, 2005 (biased); Song et al., Feature
    Selection via Dependence Maximization, 2012 (unbiased).

    Examples
    --------
    >>> x = torch.linspace(0, 1, 10)[:, None]
    >>> bool(hsic(x, x) > hsic(x, x.square()) > 0)
    True
    """
    n = len(x)
    if len(y) != n or (unbiased and n < 4):
        raise DataError(f"hsic: {n} rows of x and {len(y)} of y; as many of each are needed, and at least 4.")
    of_x, of_y = _kernel(x), _kernel(y)
    if not unbiased:
        return ((of_x - of_x.mean(0)) * (of_y - of_y.mean(0)).T).mean()
    of_x, of_y = (values - torch.diag(values.diagonal()) for values in (of_x, of_y))
    shift = of_x.sum() * of_y.sum() / ((n - 1) * (n - 2)) - 2.0 / (n - 2) * (of_x.sum(0) @ of_y.sum(0))
    return ((of_x * of_y).sum() + shift) / (n * (n - 3))


def _kernel(x: Tensor) -> Tensor:
    square = squares(x, x)
    width = square.sum() / (len(x) * max(len(x) - 1, 1))
    return (-0.5 * square / width.clamp(min=torch.finfo(x.dtype).tiny)).exp()
