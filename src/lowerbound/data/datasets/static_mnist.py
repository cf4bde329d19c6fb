"""Static binarized MNIST: the one fixed binarization that tables of log-likelihoods compare on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.files import find, obtain
from lowerbound.data.idx_images import train_valid_test
from lowerbound.data.schema import Schema
from lowerbound.data.sources.npz import load_npz
from lowerbound.errors import DataError

__all__ = ["CARD", "static_mnist"]

HOME = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
PARTS = {"train": 50000, "valid": 10000, "test": 10000}
PACKED = "binarized_mnist.npz"
FOLDER = "mnist_static_binarized"


def _file(part: str, sha256: str) -> RemoteFile:
    name = f"binarized_mnist_{part}.amat"
    return RemoteFile(name, (HOME + name,), f"sha256:{sha256}", PARTS[part] * 784 * 2)


CARD = Card(
    name="static_mnist",
    summary="MNIST binarized once and for all (Larochelle and Murray)",
    rows=70000,
    shape=(1, 28, 28),
    source=HOME,
    licence="none stated (MNIST itself: CC BY-SA 3.0)",
    citation="Larochelle and Murray (2011), The neural autoregressive distribution estimator.",
    files=(
        _file("train", "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
        _file("valid", "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"),
        _file("test", "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
    ),
)


def static_mnist(*, data_dir: str | os.PathLike[str] | None = None, progress: Progress | None = None) -> Dataset:
    """Return static binarized MNIST, ``(1, 28, 28)`` zeros and ones without labels.

    By Hugo Larochelle and Iain Murray, after Salakhutdinov and Murray (2008); no licence is stated. The official
    split: 50000 training, 10000 validation and 10000 test rows.

    Parameters
    ----------
    data_dir : path, optional
        Folder with the three original files ``binarized_mnist_{train,valid,test}.amat``, or with
        ``mnist_static_binarized/binarized_mnist.npz``, which holds ``train``, ``valid`` and ``test`` as bits packed by
        ``numpy.packbits``.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.

    Raises
    ------
    DownloadError
        If the files can be neither found nor fetched.
    DataError
        If a file is damaged.

    References
    ----------
    Larochelle and Murray, "The neural autoregressive distribution estimator", AISTATS 2011.
    Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", ICML 2008.
    """
    packed = find(FOLDER, (PACKED,), data_dir)
    if packed is not None:
        parts = _unpack(packed)
    else:
        parts = [_read(obtain(FOLDER, file, data_dir=data_dir, progress=progress)) for file in CARD.files]
    for (part, n), rows in zip(PARTS.items(), parts, strict=True):
        if rows.shape != (n, 784):
            raise DataError(
                f"The {part} part of static_mnist has shape {rows.shape}, expected {(n, 784)}: get it again."
            )
    x = torch.from_numpy(np.concatenate(parts).reshape(-1, 1, 28, 28))
    splits = train_valid_test(*PARTS.values())
    return CARD.dataset(x, Schema(CARD.shape, "binary"), None, splits)


def _unpack(path: Path) -> list[np.ndarray]:
    arrays = load_npz(path)
    if not PARTS.keys() <= arrays.keys():
        raise DataError(f"{path} lacks one of the arrays {', '.join(PARTS)}: it is not the packed data set.")
    return [np.unpackbits(arrays[part].astype(np.uint8), axis=-1) for part in PARTS]


def _read(path: Path) -> np.ndarray:
    """Read lines of ``0`` and ``1`` separated by blanks, 784 in a line."""
    text = np.fromfile(path, dtype=np.uint8)
    bits = text[(text == ord("0")) | (text == ord("1"))] - ord("0")
    if len(bits) % 784 or len(text) > 3 * len(bits):
        raise DataError(f"{path} does not hold lines of 784 zeros and ones: get it again.")
    return bits.reshape(-1, 784)
