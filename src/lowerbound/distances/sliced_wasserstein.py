r"""The sliced Wasserstein distance: the mean of one-dimensional ones over directions.

.. math:: SW_p^p(P, Q) = E_\theta\, W_p^p(\theta^T X, \theta^T Y), \qquad \theta \text{ uniform on the sphere}
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core.component import positive
from lowerbound.distances.distance import Distance
from lowerbound.distances.slices import directions, merged_steps
from lowerbound.errors import ConfigError

__all__ = ["SlicedWasserstein"]


class SlicedWasserstein(Distance):
    """The p-th power of the sliced Wasserstein distance: with p = 2, in squared units of the codes.

    The draws stand for their distributions, so its mean is above zero between draws of one distribution.

    Parameters
    ----------
    projections
        Random directions, new ones at each call.
    order
        p, at least 1.

    Raises
    ------
    ConfigError
        For fewer than one direction, or an order below 1.

    References
    ----------
    Kolouri et al., Sliced-Wasserstein Autoencoder, 2018; Bonneel et al., Sliced and Radon Wasserstein Barycenters of
    Measures, 2015.

    Examples
    --------
    >>> import torch
    >>> float(SlicedWasserstein(order=1)(torch.zeros(3, 1), torch.ones(2, 1)))
    1.0
    """

    def __init__(self, projections: int = 50, order: float = 2) -> None:
        super().__init__()
        if order < 1:
            raise ConfigError(f"order={order}: at least 1 is needed.")
        self.projections, self.order = positive(projections, "projections"), order

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        along = directions(self.projections, x)
        in_x, in_y, width = merged_steps(len(x), len(y), x)
        gap = (x @ along).sort(0).values[in_x] - (y @ along).sort(0).values[in_y]
        return (width @ gap.abs().pow(self.order)).mean()
