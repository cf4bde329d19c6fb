r"""SOAP: Adam in the coordinates along which the gradients of a matrix vary.

For a weight W of m rows and n columns with gradient G

.. math:: L \leftarrow \beta L + (1 - \beta)\, G G^\top, \quad R \leftarrow \beta R + (1 - \beta)\, G^\top G, \quad
          \Delta W = - \eta\, Q_L\, \mathrm{Adam}(Q_L^\top G Q_R)\, Q_R^\top

where the columns of :math:`Q_L` and :math:`Q_R` are eigenvectors of L and R, found anew every few steps by one
orthogonal iteration from those before. A side longer than ``LARGEST`` is left as it is, and so is what is no matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lowerbound.training.adam import Adam

__all__ = ["Soap"]

EVERY = 10
"""Steps from one turn of the axes to the next."""

LARGEST = 512
"""Longest side that gets axes: turning them costs its cube."""

MEMORY = 0.95
"""Decay of the products of gradients."""


@dataclass
class Side:
    """The rows or the columns of a matrix: how gradients vary along them, and the axes found from it."""

    products: Tensor
    axes: Tensor

    @classmethod
    def of(cls, length: int, like: Tensor) -> Side | None:
        """Return a side with its own axes, or None if it is to have no others."""
        if not 1 < length <= LARGEST:
            return None
        return cls(like.new_zeros(length, length), torch.eye(length, dtype=like.dtype, device=like.device))

    def watch(self, product: Tensor, keep: Tensor) -> None:
        """Add the product of a gradient with itself, ``(n, n)``, where ``keep`` is true."""
        self.products.copy_(torch.where(keep, MEMORY * self.products + (1 - MEMORY) * product, self.products))

    def turn(self, first: bool) -> Tensor:
        """Turn the axes towards the eigenvectors, largest first; return the old ones in the new, ``(n, n)``."""
        if first:
            axes = torch.linalg.eigh(self.products)[1].flip(-1)
        else:
            axes = torch.linalg.qr(self.products @ self.axes)[0]
        change = axes.mT @ self.axes
        self.axes.copy_(axes)
        return change


class Soap(Adam):
    """The optimizer of one player; parameters as of :class:`~lowerbound.training.adam.Adam`.

    Moments are kept along the axes, and turn with them. The first step is Adam's. Kernels of convolutions are matrices
    of one row for each channel that they make.

    References
    ----------
    Vyas et al., SOAP: Improving and Stabilizing Shampoo using Adam, 2024, algorithm 3.
    """

    def __init__(self, parameters: dict[str, nn.Parameter], *rest: Any, **named: Any) -> None:
        super().__init__(parameters, *rest, **named)
        self.sides = [self._sides(p.detach()) for p in self.parameters]

    @staticmethod
    def _sides(p: Tensor) -> tuple[Side | None, Side | None] | None:
        sides = (Side.of(p.shape[0], p), Side.of(p[0].numel(), p)) if p.ndim > 1 else (None, None)
        return None if sides == (None, None) else sides

    def state(self) -> dict[str, Tensor]:
        """Return moments, products of gradients and axes by name, and the count of moves if kept."""
        found = super().state()
        for name, sides in zip(self.names, self.sides, strict=True):
            for which, side in zip(("rows", "columns"), sides or (None, None), strict=True):
                if side is not None:
                    found |= {f"{name}/{which}/products": side.products, f"{name}/{which}/axes": side.axes}
        return found

    def apply_fused(self, gradients: Sequence[Tensor], lr: Tensor, t: Tensor, keep: Tensor) -> None:
        """Take step ``t`` (1, 2, ...): no kernel does it at once."""
        if self.parameters:
            self.apply_formula(gradients, lr, t, keep)

    def turned(self, i: int, gradient: Tensor, keep: Tensor) -> Tensor:
        """Note how the gradient varies, and return it along the axes."""
        sides = self.sides[i]
        if sides is None:
            return gradient
        rows, columns = sides
        g = gradient.flatten(1)
        if rows is not None:
            rows.watch(g @ g.mT, keep)
        if columns is not None:
            columns.watch(g.mT @ g, keep)
        return _through(gradient, rows and rows.axes.mT, columns and columns.axes)

    def turned_back(self, i: int, move: Tensor) -> Tensor:
        """Return a move along the axes as one of the weights."""
        sides = self.sides[i]
        if sides is None:
            return move
        rows, columns = sides
        return _through(move, rows and rows.axes, columns and columns.axes.mT)

    @torch.no_grad()
    def settle(self, t: int) -> None:
        """Turn the axes, after the first step and every tenth."""
        first = t == 1
        if not first and t % EVERY:
            return
        for sides, m in zip(self.sides, self.first, strict=True):
            if sides is not None:
                rows, columns = sides
                m.copy_(_through(m, rows and rows.turn(first), columns and columns.turn(first).mT))


def _through(weights: Tensor, left: Tensor | None, right: Tensor | None) -> Tensor:
    """Return left @ weights @ right as matrices, in the shape of the weights; a side that is None is left out."""
    matrix = weights.flatten(1)
    matrix = matrix if left is None else left @ matrix
    matrix = matrix if right is None else matrix @ right
    return matrix.view(weights.shape)
