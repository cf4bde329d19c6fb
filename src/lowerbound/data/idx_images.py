"""Data sets in MNIST's files: two pairs of images and labels."""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.download import Progress
from lowerbound.data.files import obtain
from lowerbound.data.sources.idx import read_idx
from lowerbound.errors import ConfigError, DataError

__all__ = ["official_splits", "read_pairs", "train_valid_test"]

COUNTS = (60000, 10000)


def read_pairs(card: Card, data_dir: str | os.PathLike[str] | None, progress: Progress | None) -> tuple[Tensor, Tensor]:
    """Return all images ``(70000, 1, 28, 28)`` uint8 and labels ``(70000,)`` int64, training rows first.

    Raises
    ------
    DataError
        If a file has other sizes or labels than the data set.
    """
    arrays = [_read(card, file, data_dir, progress) for file in card.files]
    for file, values, shape in zip(card.files, arrays, _shapes(), strict=True):
        if values.shape != shape or (values.ndim == 1 and values.max() > 9):
            raise DataError(f"{file.name} has shape {values.shape}, {card.name} has {shape}: it is not the right file.")
    images = np.concatenate(arrays[0::2])[:, None]
    return torch.from_numpy(images), torch.from_numpy(np.concatenate(arrays[1::2]).astype(np.int64))


def _read(
    card: Card, file: RemoteFile, data_dir: str | os.PathLike[str] | None, progress: Progress | None
) -> np.ndarray:
    plain = file.name.removesuffix(".gz")
    return read_idx(obtain(card.name, file, data_dir=data_dir, also=(plain,), progress=progress))


def _shapes() -> list[tuple[int, ...]]:
    return [shape for n in COUNTS for shape in ((n, 28, 28), (n,))]


def official_splits(card: Card, valid_rows: int) -> dict[str, Tensor]:
    """Return the official test rows, and the training rows less the last ``valid_rows``, which are for validation.

    Raises
    ------
    ConfigError
        If no row would be left to train on.
    """
    train, test = COUNTS
    if not isinstance(valid_rows, int) or not 0 <= valid_rows < train:
        raise ConfigError(f"valid_rows={valid_rows!r} of {card.name}: a whole number from 0, below {train}.")
    return train_valid_test(train - valid_rows, valid_rows, test)


def train_valid_test(*sizes: int) -> dict[str, Tensor]:
    """Return consecutive row ranges as splits.

    Examples
    --------
    >>> train_valid_test(2, 1, 1)
    {'train': tensor([0, 1]), 'valid': tensor([2]), 'test': tensor([3])}
    """
    parts = torch.arange(sum(sizes)).split(list(sizes))
    return dict(zip(("train", "valid", "test"), parts, strict=True))
