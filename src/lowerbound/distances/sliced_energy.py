r"""The sliced energy distance: the mean over directions of a Sobolev distance between distribution functions.

.. math:: D^2(P, Q) = E_\theta\, 2 \int (F_\theta - G_\theta)^2
          = c_d \Big( 2 E\|X - Y\| - E\|X - X'\| - E\|Y - Y'\| \Big),
          \qquad c_d = E|\theta_1| = \frac{\Gamma(d/2)}{\sqrt\pi\, \Gamma((d + 1)/2)}

with the distribution functions of :math:`\theta^T X` and :math:`\theta^T Y`. Along a direction the sum of the lengths
of all pairs comes from one sort.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core.component import positive
from lowerbound.distances.distance import Distance
from lowerbound.distances.slices import directions

__all__ = ["SlicedEnergy"]


class SlicedEnergy(Distance):
    """The energy distance along random directions, in units of the codes: for so many draws that pairs are too many.

    Its mean over directions is a known multiple of :class:`Energy`, which has no directions to draw.

    Parameters
    ----------
    projections
        Random directions, new ones at each call.
    unbiased
        Leave out the pairs of a draw with itself: then the estimate has the right mean and may be negative.

    Raises
    ------
    ConfigError
        For fewer than one direction.

    References
    ----------
    Turinici, Radon-Sobolev Variational Auto-Encoders, 2021.

    Examples
    --------
    >>> import torch
    >>> float(SlicedEnergy(unbiased=False)(torch.zeros(3, 1), torch.ones(2, 1)))
    2.0
    """

    def __init__(self, projections: int = 50, unbiased: bool = True) -> None:
        super().__init__()
        self.projections, self.unbiased = positive(projections, "projections"), unbiased

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        n, m = len(x), len(y)
        along = directions(self.projections, x)
        x, y = x @ along, y @ along
        within_x, within_y = _pairs(x), _pairs(y)
        between = _pairs(torch.cat([x, y])) - within_x - within_y
        of_x, of_y = (k * max(k - 1, 1) if self.unbiased else k * k for k in (n, m))
        return (2.0 * between / (n * m) - 2.0 * within_x / of_x - 2.0 * within_y / of_y).mean()


def _pairs(values: Tensor) -> Tensor:
    """Return the sum of lengths over pairs of different rows of ``(N, P)``, each pair once: ``(P,)``."""
    n = len(values)
    rank = 2.0 * torch.arange(n, dtype=values.dtype, device=values.device) - (n - 1)
    return rank @ values.sort(0).values
