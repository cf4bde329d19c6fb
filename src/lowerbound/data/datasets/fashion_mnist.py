"""Fashion-MNIST: 28 x 28 pictures of clothes in MNIST's format."""

from __future__ import annotations

import os

from lowerbound.data.card import Card, RemoteFile
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.idx_images import official_splits, read_pairs

__all__ = ["CARD", "fashion_mnist"]

HOME = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def _file(name: str, md5: str) -> RemoteFile:
    return RemoteFile(name, (HOME + name,), f"md5:{md5}")


CARD = Card(
    name="fashion_mnist",
    summary="Pictures of clothes, 256 grey levels",
    rows=70000,
    shape=(1, 28, 28),
    source="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT",
    citation="Xiao, Rasul and Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747.",
    files=(
        _file("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _file("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        _file("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        _file("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
)


def fashion_mnist(
    *,
    data_dir: str | os.PathLike[str] | None = None,
    binarize: str | None = None,
    valid_rows: int = 10000,
    progress: Progress | None = None,
) -> Dataset:
    """Return Fashion-MNIST, ``(1, 28, 28)`` in 256 levels, ten classes by name.

    By Zalando Research, MIT licence. Rows 0 to 49999 train, the last 10000 of the official training rows are for
    validation unless told otherwise, the 10000 test rows are the official ones.

    Parameters
    ----------
    data_dir : path, optional
        Folder with ``fashion_mnist/train-images-idx3-ubyte.gz`` and so on; otherwise ``LOWERBOUND_DATA``, the
        cache, or the download.
    binarize : {"dynamic"}, optional
        Grey levels as Bernoulli probabilities, drawn anew at every visit.
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
    Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
    arXiv:1708.07747, 2017.
    """
    x, y = read_pairs(CARD, data_dir, progress)
    return CARD.dataset(x, CARD.grey(CLASSES, binarize), y, official_splits(CARD, valid_rows))
