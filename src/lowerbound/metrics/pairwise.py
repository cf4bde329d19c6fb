r"""Pairs of rows, a block at a time: the means of a kernel within and between two sets.

With a kernel k and its means :math:`\bar k_{xx}`, :math:`\bar k_{yy}`, :math:`\bar k_{xy}` over pairs of different
rows,

.. math:: \hat D = \bar k_{xx} + \bar k_{yy} - 2 \bar k_{xy}

has the right mean: the squared maximum mean discrepancy, and the energy distance for k(x, y) = -\|x - y\|. With
:math:`h_i` the mean of k(x_i, .) over the other x less that over y, and so for y, its variance is about
:math:`4 \mathrm{Var}(h_x) / n + 4 \mathrm{Var}(h_y) / m`; that is too large, at most twofold, where both sets have one
distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

__all__ = ["Kernel", "blocks", "kernel_means"]

Kernel = Callable[[Tensor, Tensor], Tensor]
"""Maps rows ``(p, D)`` and ``(q, D)`` to ``(p, q)``."""

BUDGET = 2**22
"""Pairs at once: 32 MiB."""


def blocks(n: int, width: int) -> Iterator[slice]:
    """Yield slices of ``n`` rows whose pairs with ``width`` others fit the budget.

    Examples
    --------
    >>> list(blocks(3, 10))
    [slice(0, 3, None)]
    """
    size = max(1, BUDGET // max(width, 1))
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def kernel_means(kernel: Kernel, pooled: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Compare two sets under several labellings of the pooled rows, in one pass over their pairs.

    The distance under each labelling, ``(R,)``, and the standard error of the first.

    Parameters
    ----------
    kernel
        Symmetric.
    pooled
        Rows of both sets, ``(N, D)``.
    labels
        ``(N, R)``, one where a row is of the first set; each set has as many rows under every labelling.

    Examples
    --------
    >>> z = torch.tensor([[0.0], [0.0], [1.0], [1.0]]).double()
    >>> kernel_means(lambda a, b: a @ b.T, z, torch.tensor([[1.0], [1.0], [0.0], [0.0]]).double())[0]
    tensor([1.], dtype=torch.float64)
    """
    total = len(pooled)
    n = float(labels[:, 0].sum())
    m = total - n
    within = torch.zeros(labels.shape[1], dtype=pooled.dtype)
    first, every, self_ = (torch.empty(total, dtype=pooled.dtype) for _ in range(3))
    for part in blocks(total, total):
        values = kernel(pooled[part], pooled)
        of_first = values @ labels
        within += (labels[part] * of_first).sum(0)
        first[part], every[part] = of_first[:, 0], values.sum(1)
        self_[part] = values.diagonal(part.start)
    between = every @ labels - within
    diagonal = self_ @ labels
    xx = (within - diagonal) / (n * (n - 1))
    yy = (every.sum() - 2 * between - within - (self_.sum() - diagonal)) / (m * (m - 1))
    own = labels[:, 0] > 0
    h_x = ((first - self_) / (n - 1) - (every - first) / m)[own]
    h_y = ((every - first - self_) / (m - 1) - first / n)[~own]
    return xx + yy - 2 * between / (n * m), math.sqrt(4 * float(h_x.var() / n + h_y.var() / m))
