r"""The energy distance.

.. math:: D^2(P, Q) = 2 E|X - Y| - E|X - X'| - E|Y - Y'|
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distances.distance import Distance

__all__ = ["Energy"]


class Energy(Distance):
    """The energy distance, in units of the codes; zero for equal distributions only.

    Parameters
    ----------
    unbiased
        Leave out the pairs of a draw with itself: then the estimate has the right mean and may be negative.

    References
    ----------
    Szekely and Rizzo, Energy statistics: A class of statistics based on distances, 2013, equation 2.

    Examples
    --------
    >>> import torch
    >>> float(Energy(unbiased=False)(torch.zeros(3, 1), torch.ones(2, 1)))
    2.0
    """

    def __init__(self, unbiased: bool = True) -> None:
        super().__init__()
        self.unbiased = unbiased

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        return 2.0 * _lengths(x, y).mean() - self._within(x) - self._within(y)

    def _within(self, x: Tensor) -> Tensor:
        n = len(x)
        return _lengths(x, x).sum() / (n * max(n - 1, 1) if self.unbiased else n * n)


def _lengths(x: Tensor, y: Tensor) -> Tensor:
    """Return |x_i - y_j|, ``(N, M)``, with a gradient of zero where it is zero."""
    square = (x[:, None] - y).square().sum(-1)
    zero = square == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, square).sqrt())
