"""Fashion-MNIST, from files of its format."""

from __future__ import annotations

import struct

import numpy as np

from lowerbound.data import datasets
from lowerbound.data.datasets.fashion_mnist import CARD


def test_rows_labels_and_official_splits(tmp_path, cache):
    (tmp_path / "fashion_mnist").mkdir()
    for file, shape in zip(CARD.files, ((60000, 28, 28), (60000,), (10000, 28, 28), (10000,)), strict=True):
        header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
        (tmp_path / "fashion_mnist" / file.name.removesuffix(".gz")).write_bytes(header + bytes(int(np.prod(shape))))
    data = datasets.fashion_mnist(data_dir=tmp_path)
    assert (data.schema.support, data.schema.levels) == ("levels", 256)
    assert data.schema.classes[7] == "Sneaker"
    assert [len(data.splits[name]) for name in ("train", "valid", "test")] == [50000, 10000, 10000]
    assert datasets.fashion_mnist(data_dir=tmp_path, binarize="dynamic").schema.support == "binary"
