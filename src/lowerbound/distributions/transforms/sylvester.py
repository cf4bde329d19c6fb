r"""Sylvester flows: planar flows with M units at once.

.. math:: f(z) = z + Q R \tanh(\tilde R Q^\top z + b), \qquad
          \det \frac{\partial f}{\partial z} = \prod_i \left(1 + h'_i R_{ii} \tilde R_{ii}\right)

for Q with M orthonormal columns and upper triangular R, :math:`\tilde R` with
:math:`R_{ii} \tilde R_{ii} > -1`; :math:`Q^\top z` follows from :math:`Q^\top f(z)` from the last entry to the first.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.distributions.transforms.root import increasing_root
from lowerbound.distributions.transforms.transform import Transform

__all__ = ["SylvesterTransform"]


class SylvesterTransform(Transform):
    """One Sylvester step.

    Parameters
    ----------
    q
        Orthonormal columns, ``(*lead, D, M)`` or ``(D, M)``.
    r, r_tilde
        Upper triangular, ``(*lead, M, M)``; no product of their diagonals is -1 or less.
    b
        ``(*lead, M)``.

    References
    ----------
    van den Berg, Hasenclever, Tomczak and Welling, Sylvester Normalizing Flows for Variational Inference, 2018,
    equations 7-10 and theorem 2.

    Examples
    --------
    >>> eye = torch.eye(2)
    >>> SylvesterTransform(eye, 0 * eye, eye, torch.zeros(2)).forward(torch.ones(2))
    (tensor([1., 1.]), tensor(0.))
    """

    def __init__(self, q: Tensor, r: Tensor, r_tilde: Tensor, b: Tensor) -> None:
        self.q, self.r, self.r_tilde, self.b = q, r, r_tilde, b
        self.first, self.second = (matrix.diagonal(dim1=-2, dim2=-1) for matrix in (r, r_tilde))

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved z and its log-determinant."""
        h = torch.tanh(_times(self.r_tilde, _times(self.q.mT, z)) + self.b)
        return z + _times(self.q, _times(self.r, h)), self._log_det(h)

    def inverse(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Solve one equation after the other, the last entry of Q'z first."""
        target = _times(self.q.mT, value)
        size = target.shape[-1]
        v: list[Tensor] = []
        h: list[Tensor] = []
        for i in reversed(range(size)):
            shift, rest = self.b[..., i], target[..., i]
            if v:
                shift = shift + (self.r_tilde[..., i, i + 1 :] * torch.stack(v, -1)).sum(-1)
                rest = rest - (self.r[..., i, i + 1 :] * torch.stack(h, -1)).sum(-1)
            v.insert(0, _solve(self.first[..., i], self.second[..., i], shift, rest))
            h.insert(0, torch.tanh(self.second[..., i] * v[0] + shift))
        units = torch.stack(h, -1)
        return value - _times(self.q, _times(self.r, units)), self._log_det(units)

    def _log_det(self, h: Tensor) -> Tensor:
        return torch.log1p((1 - h.square()) * self.first * self.second).sum(-1)


def _solve(first: Tensor, second: Tensor, shift: Tensor, target: Tensor) -> Tensor:
    """Return v with v + first tanh(second v + shift) = target."""

    def excess(v: Tensor) -> tuple[Tensor, Tensor]:
        side = torch.tanh(second * v + shift)
        return v + first * side - target, 1 + first * second * (1 - side.square())

    reach = first.abs()
    return increasing_root(excess, target - reach, target + reach)


def _times(matrix: Tensor, x: Tensor) -> Tensor:
    """Multiply ``(*lead, M, D)`` and ``(*samples, *lead, D)``: each matrix once, with all samples of its row."""
    extra = x.ndim - matrix.ndim + 1
    if extra < 1:
        return (matrix @ x.unsqueeze(-1)).squeeze(-1)
    samples = x.shape[:extra]
    rows = x.flatten(0, extra - 1).movedim(0, -2)
    return (rows @ matrix.mT).movedim(-2, 0).unflatten(0, samples)
