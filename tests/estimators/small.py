"""Models that fit in milliseconds, on data of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import lowerbound as lb
from lowerbound.data import Dataset, from_arrays
from lowerbound.runs import Settings

ROWS = 40
TINY = {"latent": 2, "hidden": (8,), "epochs": 4, "compile": "no", "precision": "float32", "batch_size": 18}


def small(**changed: Any) -> lb.VAE:
    """An estimator of two latents and eight hidden units, trained for two epochs."""
    usual = {"n_components": 2, "hidden": (8,), "epochs": 2, "compile": "no", "precision": "float32", "random_state": 0}
    return lb.VAE(**{**usual, **changed})


def table(rows: int = ROWS, columns: int = 4, seed: int = 0) -> np.ndarray:
    """Correlated real columns on different scales."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(rows, columns))
    base[:, 0] += base[:, -1]
    return base * np.arange(1, columns + 1) + 3.0


def tiny(**changed: Any) -> Settings:
    """Settings of a run of eight steps."""
    return Settings.make(**{**TINY, **changed})


def split(y: Any = None) -> Dataset:
    """The table, split."""
    return from_arrays(table(), y).split(valid=0.1, test=0.0, seed=0)


def bits(rows: int = ROWS, columns: int = 6) -> np.ndarray:
    """Zeros and ones."""
    return np.random.default_rng(1).integers(0, 2, (rows, columns))


def pictures(*shape: int, rows: int = 16, support: str = "levels") -> np.ndarray:
    """Images of a support."""
    rng = np.random.default_rng(2)
    if support == "real":
        return rng.normal(size=(rows, *shape))
    return rng.integers(0, 2 if support == "binary" else 256, (rows, *shape)).astype(np.uint8)


def labels(rows: int = ROWS) -> np.ndarray:
    """Three classes as text."""
    return np.array(["cat", "dog", "eel"])[np.arange(rows) % 3]


class Encoder(nn.Module):
    """A user's own network: features of any width from x (and a condition)."""

    def __init__(self, n_in: int = 4, n_out: int = 5) -> None:
        super().__init__()
        self.layer = nn.Linear(n_in, n_out)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Map ``(n, D)`` to ``(n, n_out)``."""
        return torch.tanh(self.layer(x.flatten(1) if c is None else torch.cat([x.flatten(1), c], 1)))


class Decoder(Encoder):
    """A user's own network from z (and a condition)."""

    def __init__(self, n_in: int = 2, n_out: int = 4) -> None:
        super().__init__(n_in, n_out)


class ConvolutionalEncoder(nn.Module):
    """Convolutions of the user's own."""

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(channels, 3, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map images to ``(n, 3, 2, 2)``."""
        return self.layers(x)


class ConvolutionalDecoder(nn.Module):
    """Transposed convolutions of the user's own: two latents to an image of ``(C, 6, 8)``."""

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.first = nn.Linear(2, 4 * 3 * 4)
        self.second = nn.ConvTranspose2d(4, channels, 2, stride=2)

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, 2)`` to ``(n, C, 6, 8)``."""
        return self.second(torch.relu(self.first(z)).reshape(-1, 4, 3, 4))
