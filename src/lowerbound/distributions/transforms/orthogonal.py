r"""Orthonormal columns from any numbers, in batches, by matrix products alone.

The nearest orthonormal matrix of A = U S V' is U V'. Bjorck's iteration of second order sends each singular value
s in (0, 1] to 1, and cubes what is missing at each step:

.. math:: A \leftarrow A \left(I + \tfrac12 E + \tfrac38 E^2\right), \qquad E = I - A^\top A.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["orthonormal", "reflections"]

REACH = 0.7
"""Largest singular value of what is added to the start: all of A lie between 1 - REACH and 1 + REACH."""

STEPS = 6


def orthonormal(start: Tensor, raw: Tensor) -> Tensor:
    """Return the orthonormal matrix nearest to ``start`` + ``raw``, the latter scaled down where it is large.

    Parameters
    ----------
    start
        With orthonormal columns, ``(D, M)``.
    raw
        ``(*lead, D, M)``, any real numbers; zeros give the start.

    Examples
    --------
    >>> q = orthonormal(torch.eye(3, 2), torch.randn(5, 3, 2))
    >>> bool(((q.mT @ q) - torch.eye(2)).abs().max() < 1e-5)
    True
    """
    eye = torch.eye(start.shape[-1], dtype=raw.dtype, device=raw.device)
    a = (start + _within_reach(raw)) / (1 + REACH)
    for _ in range(STEPS):
        missing = eye - a.mT @ a
        a = a + a @ (0.5 * missing + 0.375 * missing @ missing)
    return a


def _within_reach(raw: Tensor) -> Tensor:
    """Scale matrices so that no singular value exceeds :data:`REACH`; small ones stay nearly as they are.

    Bounded by the eighth norm of the singular values, which is above the largest by a third at most for eight columns.
    """
    length = torch.sqrt(1 + raw.square().sum((-2, -1), keepdim=True))
    unit = raw / length
    gram = unit.mT @ unit
    eighth = ((gram @ gram).square().sum((-2, -1), keepdim=True) + 1e-12) ** 0.125
    return raw * (REACH / (REACH + length * eighth))


def reflections(v: Tensor) -> Tensor:
    """Return the product H_1 ... H_k of Householder reflections as a matrix.

    Parameters
    ----------
    v
        Normals of the planes, ``(*lead, k, D)``, of any length.

    Returns
    -------
    Tensor
        Orthogonal, ``(*lead, D, D)``.

    Examples
    --------
    >>> reflections(torch.tensor([[1.0, 0.0]]))
    tensor([[-1.,  0.],
            [ 0.,  1.]])
    """
    unit = torch.nn.functional.normalize(v, dim=-1)
    product = torch.eye(v.shape[-1], dtype=v.dtype, device=v.device).expand(*v.shape[:-2], -1, -1)
    for normal in unit.unbind(-2):
        product = product - 2 * (product @ normal.unsqueeze(-1)) * normal.unsqueeze(-2)
    return product
