r"""Planar flows: push along u what lies on one side of a plane.

.. math:: f(z) = z + \hat u \tanh(w^\top z + b), \qquad
          \det \frac{\partial f}{\partial z} = 1 + \hat u^\top w \, (1 - \tanh^2(w^\top z + b))

f is invertible if :math:`w^\top \hat u > -1`: u is moved along w until it is.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.distributions.transforms.root import increasing_root
from lowerbound.distributions.transforms.transform import Transform

__all__ = ["PlanarTransform"]

MARGIN = 1e-3
"""How far w'u stays above -1."""

_SHIFT = math.log(math.expm1(1 - MARGIN))


class PlanarTransform(Transform):
    """One planar step; w'u = 0 is left as it is.

    Parameters
    ----------
    u, w
        ``(*lead, D)``, any real numbers.
    b
        ``(*lead, 1)``.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, equations 10-12 and appendix A.1.

    Examples
    --------
    >>> step = PlanarTransform(torch.tensor([-5.0, 0.0]), torch.tensor([1.0, 0.0]), torch.zeros(1))
    >>> bool((step.u * step.w).sum() >= -1)
    True
    """

    def __init__(self, u: Tensor, w: Tensor, b: Tensor) -> None:
        along = (w * u).sum(-1, keepdim=True)
        self.product = functional.softplus(along + _SHIFT) - 1 + MARGIN
        size = w.square().sum(-1, keepdim=True) + torch.finfo(w.dtype).tiny
        self.u = u + (self.product - along) * w / size
        self.w, self.b = w, b

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved z and its log-determinant."""
        side = torch.tanh((self.w * z).sum(-1, keepdim=True) + self.b)
        return z + self.u * side, self._log_det(side)

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Solve a + w'u tanh(a) = w'value + b for a = w'z + b."""
        target = (self.w * value).sum(-1, keepdim=True) + self.b
        reach = self.product.abs()

        def excess(a: Tensor) -> tuple[Tensor, Tensor]:
            side = torch.tanh(a)
            return a + self.product * side - target, 1 + self.product * (1 - side.square())

        side = torch.tanh(increasing_root(excess, target - reach, target + reach))
        return value - self.u * side, self._log_det(side)

    def _log_det(self, side: Tensor) -> Tensor:
        return torch.log1p(self.product * (1 - side.square())).squeeze(-1)
