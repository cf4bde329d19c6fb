r"""What sliced distances have in common: directions on the sphere, and distances along them.

Along one direction, with quantile functions :math:`F^{-1}` and :math:`G^{-1}`,

.. math:: W_p^p = \int_0^1 |F^{-1}(u) - G^{-1}(u)|^p \, du .

Quantile functions of draws are steps; those of N and of M draws are constant between merged multiples of 1/N and 1/M.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from lowerbound.core import noise

__all__ = ["directions", "merged_steps"]


def directions(n: int, like: Tensor) -> Tensor:
    """Draw ``n`` unit vectors of the size of the draws ``like`` ``(N, d)``, uniform on the sphere: ``(d, n)``."""
    return normalize(noise.normal((n, 1, like.shape[-1]), 1, like)[:, 0], dim=-1).T


def merged_steps(n: int, m: int, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return for each step on which both quantile functions are constant its place among N, among M, and its width."""
    if n == m:
        place = torch.arange(n, device=like.device)
        return place, place, like.new_full((n,), 1.0 / n)
    of_n, of_m = (torch.arange(1, k + 1, device=like.device) for k in (n, m))
    ends = torch.cat([of_n * m, of_m * n]).sort().values
    width = torch.diff(ends, prepend=ends.new_zeros(1))
    return (ends - 1) // m, (ends - 1) // n, width.to(like.dtype) / (n * m)
