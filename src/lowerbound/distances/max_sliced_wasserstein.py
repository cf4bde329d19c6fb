r"""The maximal sliced Wasserstein distance: along the direction that tells the two most apart.

.. math:: \mathrm{maxSW}_p^p(P, Q) = \max_{\|\theta\| = 1} W_p^p(\theta^T X, \theta^T Y)

Draws sorted along :math:`\theta` are matched, and with that match held the gradient in :math:`\theta` is that of
:math:`E|\theta^T (X - Y)|^p`. Each step adds the unit gradient and returns to the sphere.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lowerbound.core.component import positive
from lowerbound.distances.distance import Distance
from lowerbound.distances.slices import directions, merged_steps
from lowerbound.errors import ConfigError

__all__ = ["MaxSlicedWasserstein"]


class MaxSlicedWasserstein(Distance):
    """The p-th power of the maximal sliced Wasserstein distance: with p = 2, in squared units of the codes.

    The best of what is found by ascent from random directions: at least the mean over those directions, at most the
    maximum. The direction is found without gradients; where it is optimal, the gradient in the draws is right.

    Parameters
    ----------
    steps
        Of ascent.
    projections
        Random directions to start from, new ones at each call.
    order
        p, at least 1.

    Raises
    ------
    ConfigError
        For fewer than one step or direction, or an order below 1.

    References
    ----------
    Deshpande et al., Max-Sliced Wasserstein Distance and its use for GANs, 2019.

    Examples
    --------
    >>> import torch
    >>> x = torch.zeros(3, 2)
    >>> round(float(MaxSlicedWasserstein(steps=50)(x, x + torch.tensor([3.0, 4.0]))), 3)
    25.0
    """

    def __init__(self, steps: int = 10, projections: int = 10, order: float = 2) -> None:
        super().__init__()
        if order < 1:
            raise ConfigError(f"order={order}: at least 1 is needed.")
        self.steps, self.projections, self.order = positive(steps, "steps"), positive(projections, "projections"), order

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the estimate, a 0-d tensor, from draws ``(N, d)`` and ``(M, d)``."""
        in_x, in_y, width = merged_steps(len(x), len(y), x)
        with torch.no_grad():
            along = directions(self.projections, x)
            found = [along]
            for _ in range(self.steps):
                pairs = _matched(x, along)[in_x] - _matched(y, along)[in_y]
                gap = (pairs * along.T).sum(-1)
                slope = width[:, None] * gap.abs().pow(self.order - 1) * gap.sign()
                rise = torch.einsum("kp,kpd->dp", slope, pairs)
                along = normalize(along + normalize(rise, dim=0), dim=0)
                found.append(along)
            along = torch.cat(found, 1)
        gap = (x @ along).sort(0).values[in_x] - (y @ along).sort(0).values[in_y]
        return (width @ gap.abs().pow(self.order)).max()


def _matched(x: Tensor, along: Tensor) -> Tensor:
    """Return draws ``(N, d)`` in their order along each direction: ``(N, P, d)``."""
    return x[(x @ along).argsort(0)]
