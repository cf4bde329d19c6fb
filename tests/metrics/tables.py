"""Factors whose combinations are all there, and codes of which every metric is known."""

from __future__ import annotations

import itertools

import numpy as np

SIZES = (3, 4, 5, 8)


def grid(*sizes: int) -> np.ndarray:
    """All combinations, ``(n, K)``."""
    return np.array(list(itertools.product(*map(range, sizes or SIZES))))


FACTORS = grid()
PERFECT = FACTORS.astype(float)
PERMUTED = -PERFECT[:, [2, 0, 3, 1]] * np.array([1.0, 3.0, 0.5, 7.0]) + 1.0
"""Another order, signs, scales and places."""
TWICE = np.repeat(PERFECT, 2, axis=1)
"""Every latent is there twice."""
MANY = grid(2, 3, 4, 5, 60)[:, :4]
"""More rows, for metrics that hold some out."""


def noise(n: int, width: int = 6, seed: int = 0) -> np.ndarray:
    """Codes that know nothing."""
    return np.random.default_rng(seed).normal(size=(n, width))
