"""MNIST: 28 x 28 handwritten digits, by default with dynamic binarization."""

from __future__ import annotations

import os

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.idx_images import official_splits, read_pairs

__all__ = ["CARD", "mnist"]

HOMES = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")


def _file(name: str, sha256: str, size: int) -> RemoteFile:
    return RemoteFile(name, tuple(home + name for home in HOMES), f"sha256:{sha256}", size)


CARD = Card(
    name="mnist",
    summary="Handwritten digits, dynamically binarized unless told otherwise",
    rows=70000,
    shape=(1, 28, 28),
    source="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0",
    citation="LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.",
    files=(
        _file(
            "train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422
        ),
        _file("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881),
        _file("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877),
        _file("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542),
    ),
)


def mnist(
    *,
    data_dir: str | os.PathLike[str] | None = None,
    binarize: str | None = "dynamic",
    valid_rows: int = 10000,
    progress: Progress | None = None,
) -> Dataset:
    """Return MNIST, ``(1, 28, 28)`` in 256 levels, classes 0 to 9.

    By Yann LeCun, Corinna Cortes and Christopher Burges, from NIST's databases; CC BY-SA 3.0. Rows 0 to 49999
    train, the last 10000 of the official training rows are for validation unless told otherwise, the 10000 test rows
    are the official ones.

    Parameters
    ----------
    data_dir : path, optional
        Folder with ``mnist/train-images-idx3-ubyte.gz`` and so on; otherwise ``LOWERBOUND_DATA``, the cache, or
        the download.
    binarize : {"dynamic", None}, default "dynamic"
        Grey levels as Bernoulli probabilities, drawn anew at every visit; None keeps the 256 levels.
    valid_rows : int, default 10000
        How many of the last official training rows are for validation; the others train.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.

    Raises
    ------
    DownloadError
        If the files can be neither found nor fetched.
    DataError
        If a file is damaged.
    ConfigError
        If no row would be left to train on.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998.
    """
    x, y = read_pairs(CARD, data_dir, progress)
    schema = CARD.grey(tuple("0123456789"), binarize)
    return CARD.dataset(x, schema, y, official_splits(CARD, valid_rows))
