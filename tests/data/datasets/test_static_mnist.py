"""Static binarized MNIST, in both of its forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.data import check, datasets
from lowerbound.data.datasets.static_mnist import PARTS
from lowerbound.errors import DataError


@pytest.fixture(scope="module")
def packed(data_dir, tmp_path_factory):
    if data_dir is not None and (data_dir / "mnist_static_binarized").is_dir():
        return data_dir
    folder = tmp_path_factory.mktemp("packed")
    (folder / "mnist_static_binarized").mkdir()
    rng = np.random.default_rng(0)
    arrays = {part: np.packbits(rng.random((n, 784)) < 0.13, axis=1) for part, n in PARTS.items()}
    np.savez(folder / "mnist_static_binarized" / "binarized_mnist.npz", **arrays)
    return folder


def test_rows_and_official_splits(packed, cache):
    data = datasets.static_mnist(data_dir=packed)
    assert (data.x.shape, data.x.dtype, data.schema.support) == ((70000, 1, 28, 28), torch.uint8, "binary")
    assert [len(data.splits[name]) for name in ("train", "valid", "test")] == [50000, 10000, 10000]
    assert 0.12 < data.x.float().mean() < 0.14
    assert torch.equal(check(data.x[:100], data.schema), data.x[:100])


@pytest.mark.thorough
def test_the_original_text_files(cache, tmp_path):
    for part, n in PARTS.items():
        line = " ".join("1" if i == len(part) else "0" for i in range(784)) + "\n"
        (tmp_path / f"binarized_mnist_{part}.amat").write_text(line * n)
    data = datasets.static_mnist(data_dir=tmp_path)
    assert data.x[0].flatten().nonzero().item() == 5
    assert data.x[-1].flatten().nonzero().item() == 4
    (tmp_path / "binarized_mnist_test.amat").write_text("0 1 2\n")
    with pytest.raises(DataError, match=r"binarized_mnist_test\.amat.*784"):
        datasets.static_mnist(data_dir=tmp_path)


def test_other_archives_are_refused(cache, tmp_path):
    np.savez(tmp_path / "binarized_mnist.npz", train=np.zeros((5, 98), np.uint8))
    with pytest.raises(DataError, match="lacks one of the arrays"):
        datasets.static_mnist(data_dir=tmp_path)
    np.savez(tmp_path / "binarized_mnist.npz", **dict.fromkeys(PARTS, np.zeros((5, 98), np.uint8)))
    with pytest.raises(DataError, match=r"train part.*\(5, 784\)"):
        datasets.static_mnist(data_dir=tmp_path)
