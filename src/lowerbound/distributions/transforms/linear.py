r"""An invertible linear map that mixes the coordinates, by its factors: a convolution of 1 x 1 is this at every place.

.. math:: f(z) = L (U + \mathrm{diag}(s)) z, \qquad \log |\det| = \sum_i \log |s_i|

L has a unit diagonal; nothing stands on that of U.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions.transforms.transform import Transform

__all__ = ["LinearTransform"]


class LinearTransform(Transform):
    """A matrix as the product of two triangular ones.

    Parameters
    ----------
    lower, upper
        ``(*lead, D, D)``, of which the parts strictly below and above the diagonal are used.
    log_diagonal
        log s, ``(*lead, D)``.

    References
    ----------
    Kingma and Dhariwal, Glow: Generative Flow with Invertible 1x1 Convolutions, 2018, section 3.2.

    Examples
    --------
    >>> LinearTransform(torch.zeros(2, 2), torch.ones(2, 2), torch.zeros(2)).forward(torch.tensor([1.0, 2.0]))
    (tensor([3., 2.]), tensor(0.))
    """

    def __init__(self, lower: Tensor, upper: Tensor, log_diagonal: Tensor) -> None:
        self.lower = lower.tril(-1) + torch.eye(lower.shape[-1], dtype=lower.dtype, device=lower.device)
        self.upper = upper.triu(1) + torch.diag_embed(log_diagonal.exp())
        self.log_det = log_diagonal.sum(-1)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return f(z), and the sum of log s."""
        value = (self.lower @ (self.upper @ z[..., None])).squeeze(-1)
        return value, self.log_det.expand(value.shape[:-1])

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return z, found by two substitutions, and the sum of log s."""
        lead = torch.broadcast_shapes(value.shape[:-1], self.lower.shape[:-2])
        column = value[..., None].expand(*lead, -1, 1)
        half = torch.linalg.solve_triangular(self.lower, column, upper=False, unitriangular=True)
        z = torch.linalg.solve_triangular(self.upper, half, upper=True).squeeze(-1)
        return z, self.log_det.expand(z.shape[:-1])
