r"""Radial flows: push away from a centre, or towards it.

.. math:: f(z) = z + \frac{\beta}{\alpha + r} (z - c), \qquad r = \lVert z - c \rVert, \qquad
          \det = \Big(1 + \frac{\beta}{\alpha + r}\Big)^{D - 1} \Big(1 + \frac{\alpha\beta}{(\alpha + r)^2}\Big)

with :math:`\beta = \alpha(\rho - 1) > -\alpha`, which makes f invertible: its distance from the centre,
:math:`r' = r + \beta r / (\alpha + r)`, is a quadratic equation for r.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions.scale import gentle_log
from lowerbound.distributions.transforms.transform import Transform

__all__ = ["RadialTransform"]


class RadialTransform(Transform):
    """One radial step; ``raw_ratio`` zero is the identity.

    Parameters
    ----------
    centre
        ``(*lead, D)``.
    raw_width, raw_ratio
        ``(*lead, 1)``, any real numbers: alpha and rho are positive functions of them.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, equation 14 and appendix A.2.

    Examples
    --------
    >>> step = RadialTransform(torch.zeros(2), torch.zeros(1), torch.ones(1))
    >>> step.forward(torch.tensor([1.0, 0.0]))[0]
    tensor([1.5000, 0.0000])
    """

    def __init__(self, centre: Tensor, raw_width: Tensor, raw_ratio: Tensor) -> None:
        self.centre = centre
        self.width = gentle_log(raw_width).exp()
        self.ratio = gentle_log(raw_ratio).exp()

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved z and its log-determinant."""
        away = z - self.centre
        growth, log_det = self._at(torch.linalg.vector_norm(away, dim=-1, keepdim=True), z.shape[-1])
        return self.centre + growth * away, log_det

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Solve the quadratic equation for the distance before."""
        away = value - self.centre
        distance = torch.linalg.vector_norm(away, dim=-1, keepdim=True)
        half = 0.5 * (distance - self.width * self.ratio)
        other = torch.sqrt(half.square() + self.width * distance + torch.finfo(value.dtype).tiny)
        # Of the two ways to write the root, the one in which nothing cancels.
        root = torch.where(half > 0, half + other, self.width * distance / (other - half).clamp(min=1e-30))
        growth, log_det = self._at(root, value.shape[-1])
        return self.centre + away / growth, log_det

    def _at(self, r: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Return 1 + beta / (alpha + r), and the log-determinant, as sums of positive numbers."""
        near = self.width / (self.width + r)
        growth = (1 - near) + self.ratio * near
        radial = (1 - near) * (1 + near) + self.ratio * near.square()
        return growth, ((size - 1) * growth.log() + radial.log()).squeeze(-1)
