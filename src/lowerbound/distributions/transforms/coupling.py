r"""Coupling flows: one part of the vector stays, and says how the other moves.

.. math:: f(z) = (z_a,\; \tau(z_b;\, h(z_a))), \qquad \log \det = \sum_{i \in b} \log \tau'(z_i)

Both directions take one pass of the network.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lowerbound.distributions.transforms.monotone import Monotone
from lowerbound.distributions.transforms.transform import Transform

__all__ = ["CouplingTransform"]


class CouplingTransform(Transform):
    """One coupling step.

    Parameters
    ----------
    conditioner
        Maps the kept part ``(*lead, kept)`` to parameters ``(*lead, D - kept, K)`` of the other.
    monotone
        Makes the map of each entry of its parameters.
    kept
        How many of the first coordinates stay.

    References
    ----------
    Dinh, Sohl-Dickstein and Bengio, Density Estimation using Real NVP, 2017, equations 4-8; Durkan et al., Neural
    Spline Flows, 2019 (splines).

    Examples
    --------
    >>> from lowerbound.distributions import MonotoneAffine
    >>> step = CouplingTransform(lambda kept: torch.stack([kept, kept], -1), MonotoneAffine, 1)
    >>> step.forward(torch.tensor([0.0, 3.0]))
    (tensor([0., 3.]), tensor(0.))
    """

    def __init__(
        self, conditioner: Callable[[Tensor], Tensor], monotone: Callable[[Tensor], Monotone], kept: int
    ) -> None:
        self.conditioner, self.monotone, self.kept = conditioner, monotone, kept

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved z and its log-determinant."""
        kept, other = z[..., : self.kept], z[..., self.kept :]
        return _joined(kept, *self.monotone(self.conditioner(kept)).forward(other))

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Undo the move."""
        kept, other = value[..., : self.kept], value[..., self.kept :]
        return _joined(kept, *self.monotone(self.conditioner(kept)).inverse(other))


def _joined(kept: Tensor, moved: Tensor, log_slope: Tensor) -> tuple[Tensor, Tensor]:
    return torch.cat([kept.expand(*moved.shape[:-1], -1), moved], -1), log_slope.sum(-1)
