"""Frey faces: 1965 frames of one face in a video."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.files import find, obtain
from lowerbound.data.randomness import permutation
from lowerbound.data.schema import Schema
from lowerbound.data.sources.mat import load_mat
from lowerbound.data.sources.npz import load_npz
from lowerbound.errors import DataError

__all__ = ["CARD", "frey_faces"]

FOLDER = "freyfaces"
FILE = RemoteFile("frey_rawface.mat", ("https://cs.nyu.edu/~roweis/data/frey_rawface.mat",))
SIZES = (1565, 200, 200)

CARD = Card(
    name="frey_faces",
    summary="Frames of Brendan Frey's face, 256 grey levels",
    rows=1965,
    shape=(1, 28, 20),
    source="https://cs.nyu.edu/~roweis/data.html",
    licence="none stated",
    citation="Roweis, Saul and Hinton (2002), Global coordination of local linear models (data: Brendan Frey).",
    files=(FILE,),
)


def frey_faces(
    *, seed: int = 0, data_dir: str | os.PathLike[str] | None = None, progress: Progress | None = None
) -> Dataset:
    """Return the Frey faces, ``(1, 28, 20)`` in 256 levels, in the order of the video, without labels.

    By Brendan Frey, published by Sam Roweis; no licence is stated. There is no official split: 1565, 200 and 200
    rows of a seeded permutation, the sizes used with the VampPrior. No checksum is published: the file is checked
    by its shape, type and range (8 to 238).

    Parameters
    ----------
    seed : int, default 0
        Of the split.
    data_dir : path, optional
        Folder with ``freyfaces/frey_rawface.mat`` or ``freyfaces/freyfaces.npz`` (an array ``images``); otherwise
        ``LOWERBOUND_DATA``, the cache, or the download.
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
    Roweis, Saul and Hinton, "Global coordination of local linear models", NIPS 2001.
    Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018 (sizes of the split).
    """
    packed = find(FOLDER, ("freyfaces.npz",), data_dir)
    images = _unpack(packed) if packed else _read(obtain(FOLDER, FILE, data_dir=data_dir, progress=progress))
    if images.shape != (1965, 28, 20) or images.dtype != np.uint8 or (images.min(), images.max()) != (8, 238):
        raise DataError(f"frey_faces has shape {images.shape} and type {images.dtype}: it is not the right file.")
    x = torch.from_numpy(np.ascontiguousarray(images[:, None]))
    parts = [part.sort().values for part in permutation(len(x), seed).split(list(SIZES))]
    splits = {"train": parts[0], "valid": parts[1], "test": parts[2]}
    return CARD.dataset(x, Schema(CARD.shape, "levels", levels=256), None, splits)


def _unpack(path: Path) -> np.ndarray:
    arrays = load_npz(path)
    if "images" not in arrays:
        raise DataError(f"{path} has no array 'images': it is not the right file.")
    return arrays["images"]


def _read(path: Path) -> np.ndarray:
    """One image is a column of ``ff``, ``(560, 1965)``."""
    faces = load_mat(path, "ff")["ff"]
    if faces.shape != (560, 1965):
        raise DataError(f"{path} has images of shape {faces.shape}, expected (560, 1965): it is not the right file.")
    return faces.T.reshape(-1, 28, 20)
