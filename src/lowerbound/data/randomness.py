"""Seeds made from several whole numbers, so that no part of the data order touches torch's global state."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

__all__ = ["generator", "permutation"]


def generator(*keys: int) -> torch.Generator:
    """Return a CPU generator seeded by all of `keys`; different keys give unrelated streams.

    Examples
    --------
    >>> a, b = generator(0, 1), generator(0, 1)
    >>> bool((torch.rand(3, generator=a) == torch.rand(3, generator=b)).all())
    True
    """
    words = np.random.SeedSequence([int(key) & 0xFFFFFFFFFFFFFFFF for key in keys]).generate_state(2)
    return torch.Generator().manual_seed(int(words[0]) << 31 | int(words[1]) >> 1)


def permutation(n: int, *keys: int) -> Tensor:
    """Return the random order of ``0 .. n - 1`` that belongs to `keys`, ``(n,)`` int64.

    Examples
    --------
    >>> sorted(permutation(4, 0).tolist())
    [0, 1, 2, 3]
    """
    return torch.randperm(n, generator=generator(*keys))
