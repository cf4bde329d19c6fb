r"""Features that need no download: a small classifier trained on the labels at hand, without its last layer.

Two convolutions of 3 x 3 with pooling, then 120 and 84 units, as in LeNet-5 but for today's nonlinearity; the features
are the 84. Another seed gives other features: numbers compare only where the classifier is the same one, and its name
says which it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lowerbound.core import noise
from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics.features import Features

__all__ = ["trained_features"]

BATCH = 128


def trained_features(
    X: Any, y: Any, seed: int = 0, *, name: str = "labelled rows", epochs: int = 5, learning_rate: float = 1e-3
) -> Features:
    """Train a small classifier of images and return the features that it classifies by.

    Parameters
    ----------
    X
        Images, ``(n, C, H, W)``.
    y
        Their labels, ``(n,)``.
    seed
        Of the weights and of the order of the rows.
    name
        Of the data, for the name of the features.
    epochs
        Passes over the data.
    learning_rate
        Of Adam, falling to zero.

    Raises
    ------
    ShapeError
        For anything but images with one label each.
    DataError
        For less than two classes.

    References
    ----------
    LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998.

    Examples
    --------
    >>> features = trained_features(np.zeros((4, 1, 8, 8)), [0, 1, 0, 1], name="nothing", epochs=1)
    >>> features.name, features(np.zeros((3, 1, 8, 8))).shape
    ('LeNet trained on nothing, seed 0', torch.Size([3, 84]))
    """
    images = torch.as_tensor(np.asarray(X)).float()
    classes, labels = np.unique(np.asarray(y), return_inverse=True)
    if images.ndim != 4 or labels.shape != (len(images),):
        raise ShapeError(
            f"A classifier for features takes images (n, C, H, W) and a label each; got {tuple(images.shape)} and "
            f"labels of shape {np.shape(y)}."
        )
    if len(classes) < 2:
        raise DataError("A classifier for features takes rows of at least two classes.")
    with torch.random.fork_rng(), torch.enable_grad():
        torch.manual_seed(noise.mix_seed(seed, 57))
        network = _network(tuple(images.shape[1:]), len(classes))
        centre, spread = images.mean(), images.std().clamp(min=1e-6)
        _train(network, (images - centre) / spread, torch.as_tensor(labels), epochs, learning_rate)
    network.eval().requires_grad_(False)
    shape = tuple(images.shape[1:])

    def features(rows: Tensor) -> Tensor:
        return network[:-1]((rows.float().reshape(-1, *shape) - centre) / spread)

    return Features(f"LeNet trained on {name}, seed {seed}", features)


def _network(shape: tuple[int, ...], classes: int) -> nn.Sequential:
    channels, height, width = shape
    pooled = -(-height // 4) * -(-width // 4)
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Flatten(), nn.Linear(32 * pooled, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes),
    )  # fmt: skip


def _train(network: nn.Sequential, x: Tensor, y: Tensor, epochs: int, rate: float) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    steps = epochs * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(BATCH):
            loss = nn.functional.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
