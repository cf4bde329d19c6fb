r"""The energy distance.

.. math:: D^2(P, Q) = 2 E|X - Y| - E|X - X'| - E|Y - Y'|
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.distances.distance import Distance
from lowerbound.distances.pairwise import contrast, lengths

__all__ = ["Energy"]


class Energy(Distance):
    """The energy distance, in units of the codes; zero for equal distributions only.

    Parameters
    ----------
    unbiased
        Leave out the pairs of a draw with itself: then the estimate has the right mean and may be negative.

    References
    ----------
    Szekely and Rizzo, Energy statistics: A class of statistics based on distances, 2013.

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
        return contrast(_nearness, x, y, self.unbiased)


def _nearness(x: Tensor, y: Tensor) -> Tensor:
    return -lengths(x, y)
