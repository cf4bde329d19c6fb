"""Caltech 101 silhouettes, 28 x 28, binary."""

from __future__ import annotations

import os

import numpy as np
import torch

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.files import find, obtain
from lowerbound.data.idx_images import train_valid_test
from lowerbound.data.schema import Schema
from lowerbound.data.sources.mat import load_mat
from lowerbound.data.sources.npz import load_npz
from lowerbound.errors import DataError

__all__ = ["CARD", "caltech_silhouettes"]

FOLDER = "caltech101_silhouettes"
NAME = "caltech101_silhouettes_28_split1"
FILE = RemoteFile(f"{NAME}.mat", (f"https://people.cs.umass.edu/~marlin/data/{NAME}.mat",))
SIZES = {"train": 4100, "val": 2264, "test": 2307}

CARD = Card(
    name="caltech_silhouettes",
    summary="Outlines of objects in 101 classes, binary",
    rows=8671,
    shape=(1, 28, 28),
    source="https://people.cs.umass.edu/~marlin/data.shtml",
    licence="none stated",
    citation="Marlin, Swersky, Chen and de Freitas (2010), Inductive principles for RBM learning.",
    files=(FILE,),
)


def caltech_silhouettes(*, data_dir: str | os.PathLike[str] | None = None, progress: Progress | None = None) -> Dataset:
    """Return the Caltech 101 silhouettes, ``(1, 28, 28)`` zeros and ones, 101 classes by name.

    By Benjamin Marlin and others, after Caltech 101; no licence is stated. The official split 1: 4100 training,
    2264 validation and 2307 test rows. The images of the file are stored by columns and are turned here; and as in
    the code of the VampPrior, the values are ``1 - x`` of those in the file. No checksum is published: the file is
    checked by its shapes, values and labels.

    Parameters
    ----------
    data_dir : path, optional
        Folder with ``caltech101_silhouettes/caltech101_silhouettes_28_split1.mat`` (or ``.npz`` with the same
        arrays); otherwise ``LOWERBOUND_DATA``, the cache, or the download.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.

    Raises
    ------
    DownloadError
        If the file can be neither found nor fetched.
    DataError
        If the file is damaged.

    References
    ----------
    Marlin, Swersky, Chen and de Freitas, "Inductive principles for restricted Boltzmann machine learning",
    AISTATS 2010.
    """
    arrays = _load(data_dir, progress)
    images = np.concatenate([_part(arrays, part, (n, 784), 0, 1) for part, n in SIZES.items()])
    labels = np.concatenate([_part(arrays, part, (n,), 1, 101) for part, n in SIZES.items()])
    x = torch.from_numpy(1 - images.reshape(-1, 1, 28, 28)).transpose(2, 3).contiguous()
    y = torch.from_numpy(labels.astype(np.int64) - 1)
    names = tuple(str(np.squeeze(name)) for name in np.ravel(arrays["classnames"]))
    schema = Schema(CARD.shape, "binary", classes=names)
    return CARD.dataset(x, schema, y, train_valid_test(*SIZES.values()))


def _load(data_dir: str | os.PathLike[str] | None, progress: Progress | None) -> dict[str, np.ndarray]:
    packed = find(FOLDER, (f"{NAME}.npz",), data_dir)
    if packed is None or find(FOLDER, (FILE.name,), data_dir):
        return load_mat(obtain(FOLDER, FILE, data_dir=data_dir, progress=progress), "classnames")
    return load_npz(packed)


def _part(arrays: dict[str, np.ndarray], part: str, shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
    """Return the images or labels of one part, checked by shape and range."""
    key = f"{part}_data" if len(shape) == 2 else f"{part}_labels"
    values = np.asarray(arrays.get(key, ()))
    if values.size != np.prod(shape) or values.dtype != np.uint8 or (values.min(), values.max()) != (low, high):
        raise DataError(
            f"{key} of caltech_silhouettes has shape {values.shape}, expected {shape}: it is not the right file."
        )
    return values.reshape(shape)
