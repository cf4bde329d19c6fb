"""Data sets in MNIST's files."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from lowerbound.data.datasets.fashion_mnist import CARD
from lowerbound.data.idx_images import read_pairs, train_valid_test
from lowerbound.errors import DataError


def idx(values):
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return header + values.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of the right shapes, two of them not gzipped."""
    folder = tmp_path_factory.mktemp("idx")
    for file, n in zip(CARD.files, (60000, 60000, 10000, 10000), strict=True):
        values = np.arange(n) % 10
        if "images" in file.name:
            values = np.broadcast_to(values[:, None, None], (n, 28, 28))
        if n == 60000:
            (folder / file.name).write_bytes(gzip.compress(idx(values), 1))
        else:
            (folder / file.name.removesuffix(".gz")).write_bytes(idx(values))
    return folder


def test_images_and_labels_in_order(folder, cache):
    x, y = read_pairs(CARD, folder, None)
    assert x.shape == (70000, 1, 28, 28)
    assert (x[:, 0, 3, 4] == y).all()
    assert y[[1, 60001]].tolist() == [1, 1]


def test_other_shapes_are_refused(folder, cache, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.zeros(9)))
    with pytest.raises(DataError, match=r"t10k-labels.*\(9,\), fashion_mnist has \(10000,\)"):
        read_pairs(CARD, tmp_path, None)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.full(10000, 10)))
    with pytest.raises(DataError, match="not the right file"):
        read_pairs(CARD, tmp_path, None)


def test_consecutive_splits():
    splits = train_valid_test(3, 2, 1)
    assert {name: rows.tolist() for name, rows in splits.items()} == {"train": [0, 1, 2], "valid": [3, 4], "test": [5]}
