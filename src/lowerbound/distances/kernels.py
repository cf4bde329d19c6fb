r"""Kernels by name, each the sum of one at several scales.

With the dimension d of the draws and the scales s,

.. math::
   k_\mathrm{imq}(x, y) = \sum_s \frac{2 d s}{2 d s + \|x - y\|^2}, \qquad
   k_\mathrm{rbf}(x, y) = \sum_s \exp\Big(-\frac{\|x - y\|^2}{2 \cdot 2 d s}\Big), \qquad
   k_\mathrm{polynomial}(x, y) = \sum_s \Big(\frac{x^T y}{d s} + 1\Big)^3.

The unit of the first two, 2 d, is the mean squared length between two draws of N(0, I).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lowerbound.distances.pairwise import squares
from lowerbound.errors import UnknownNameError, nearest

__all__ = ["Kernel", "find"]


Kernel = Callable[[Tensor, Tensor, Sequence[float]], Tensor]
"""Draws ``(*lead, N, d)`` and ``(*lead, M, d)``, and scales, to ``(*lead, N, M)``."""


def _imq(x: Tensor, y: Tensor, scales: Sequence[float]) -> Tensor:
    square = squares(x, y) / (2 * x.shape[-1])
    return torch.stack([s / (s + square) for s in scales]).sum(0)


def _rbf(x: Tensor, y: Tensor, scales: Sequence[float]) -> Tensor:
    square = squares(x, y) / (4 * x.shape[-1])
    return torch.stack([(-square / s).exp() for s in scales]).sum(0)


def _polynomial(x: Tensor, y: Tensor, scales: Sequence[float]) -> Tensor:
    product = x @ y.mT / x.shape[-1]
    return torch.stack([(product / s + 1.0) ** 3 for s in scales]).sum(0)


KERNELS: dict[str, tuple[Kernel, tuple[float, ...]]] = {
    "imq": (_imq, (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)),
    "rbf": (_rbf, (0.25, 0.5, 1.0)),
    "polynomial": (_polynomial, (1.0,)),
}


def find(name: str) -> tuple[Kernel, tuple[float, ...]]:
    """Return a kernel by name, and its usual scales.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    if name not in KERNELS:
        raise UnknownNameError(f"There is no kernel {name!r}. {nearest(name, KERNELS)}")
    return KERNELS[name]
