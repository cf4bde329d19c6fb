"""Omniglot, 28 x 28, as used for log-likelihoods since the IWAE."""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.files import obtain
from lowerbound.data.randomness import permutation
from lowerbound.data.sources.mat import load_mat
from lowerbound.errors import DataError

__all__ = ["CARD", "omniglot"]

FILE = RemoteFile("chardata.mat", ("https://github.com/yburda/iwae/raw/master/datasets/OMNIGLOT/chardata.mat",))
TRAIN, TEST, VALID, ALPHABETS = 24345, 8070, 1345, 50

CARD = Card(
    name="omniglot",
    summary="Characters of 50 alphabets, dynamically binarized unless told otherwise",
    rows=TRAIN + TEST,
    shape=(1, 28, 28),
    source="https://github.com/yburda/iwae",
    licence="MIT (Omniglot itself)",
    citation="Lake, Salakhutdinov and Tenenbaum (2015), Human-level concept learning; Burda et al. (2016).",
    files=(FILE,),
)


def omniglot(
    *,
    seed: int = 0,
    data_dir: str | os.PathLike[str] | None = None,
    binarize: str | None = "dynamic",
    progress: Progress | None = None,
) -> Dataset:
    """Return Omniglot, ``(1, 28, 28)`` in 256 levels, the alphabets 0 to 49 as classes.

    By Brenden Lake and others (MIT licence), resized by Yuri Burda and others for the IWAE. The official split of
    24345 training and 8070 test rows; 1345 of the training rows, by a seeded permutation, are for validation. Grey
    values in [0, 1] are rounded to 256 levels. No checksum is published: the file is checked by its shapes,
    values and labels.

    Parameters
    ----------
    seed : int, default 0
        Of the validation rows.
    data_dir : path, optional
        Folder with ``omniglot/chardata.mat``; otherwise ``LOWERBOUND_DATA``, the cache, or the download.
    binarize : {"dynamic", None}, default "dynamic"
        Grey levels as Bernoulli probabilities, drawn anew at every visit; None keeps the 256 levels.
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
    Lake, Salakhutdinov and Tenenbaum, "Human-level concept learning through probabilistic program induction",
    Science 2015.
    Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
    """
    path = obtain(CARD.name, FILE, data_dir=data_dir, progress=progress)
    content = load_mat(path, "data", "testdata", "target", "testtarget")
    x = torch.cat([_images(content["data"], TRAIN), _images(content["testdata"], TEST)])
    y = torch.cat([_alphabets(content["target"], TRAIN), _alphabets(content["testtarget"], TEST)])
    schema = CARD.grey(tuple(str(i) for i in range(ALPHABETS)), binarize)
    return CARD.dataset(x, schema, y, _splits(seed))


def _images(values: np.ndarray, n: int) -> Tensor:
    """One image is a column of values in [0, 1], stored by columns."""
    if values.shape != (784, n) or not (values.min() >= 0 and values.max() <= 1):
        raise DataError(
            f"omniglot has images of shape {values.shape}, expected {(784, n)} in [0, 1]: not the right file."
        )
    levels = np.rint(values.T * 255.0).astype(np.uint8)
    return torch.from_numpy(levels.reshape(-1, 1, 28, 28)).transpose(2, 3).contiguous()


def _alphabets(values: np.ndarray, n: int) -> Tensor:
    """One label is a column of an indicator matrix."""
    if values.shape != (ALPHABETS, n) or not (values.sum(axis=0) == 1).all():
        raise DataError(f"omniglot has labels of shape {values.shape}, expected {(ALPHABETS, n)}: not the right file.")
    return torch.from_numpy(values.argmax(axis=0).astype(np.int64))


def _splits(seed: int) -> dict[str, Tensor]:
    order = permutation(TRAIN, seed)
    return {
        "train": order[VALID:].sort().values,
        "valid": order[:VALID].sort().values,
        "test": torch.arange(TRAIN, TRAIN + TEST),
    }
