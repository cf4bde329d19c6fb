"""Caltech 101 silhouettes, in both of their forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.io import savemat

from lowerbound.data import datasets
from lowerbound.data.datasets.caltech_silhouettes import NAME, SIZES
from lowerbound.errors import DataError


@pytest.fixture(scope="module")
def arrays(data_dir):
    if data_dir is not None and (data_dir / "caltech101_silhouettes").is_dir():
        with np.load(data_dir / "caltech101_silhouettes" / f"{NAME}.npz") as archive:
            return dict(archive)
    rng = np.random.default_rng(0)
    images = {f"{part}_data": (rng.random((n, 784)) < 0.5).astype(np.uint8) for part, n in SIZES.items()}
    labels = {f"{part}_labels": (np.arange(n) % 101 + 1).astype(np.uint8) for part, n in SIZES.items()}
    return images | labels | {"classnames": np.array([f"class {i}" for i in range(101)])}


def test_images_are_upright_and_inverted(arrays, cache, tmp_path):
    np.savez(tmp_path / f"{NAME}.npz", **arrays)
    data = datasets.caltech_silhouettes(data_dir=tmp_path)
    assert (data.x.shape, data.schema.support) == ((8671, 1, 28, 28), "binary")
    expected = 1 - arrays["val_data"][7].reshape(28, 28, order="F")
    np.testing.assert_array_equal(data.rows("valid")[0][7, 0].numpy(), expected)
    assert [len(data.splits[name]) for name in ("train", "valid", "test")] == [4100, 2264, 2307]
    assert data.schema.classes == tuple(arrays["classnames"].tolist())
    np.testing.assert_array_equal(data.rows("test")[1].numpy(), arrays["test_labels"].ravel() - 1)


def test_the_original_file_gives_the_same(arrays, cache, tmp_path):
    np.savez(tmp_path / f"{NAME}.npz", **arrays)
    packed = datasets.caltech_silhouettes(data_dir=tmp_path)
    names = np.array([[np.array([name]) for name in arrays["classnames"]]], dtype=object).reshape(1, 101)
    savemat(tmp_path / f"{NAME}.mat", arrays | {"classnames": names}, do_compression=True)
    original = datasets.caltech_silhouettes(data_dir=tmp_path)
    assert torch.equal(original.x, packed.x)
    assert torch.equal(original.y, packed.y)
    assert original.schema == packed.schema


def test_other_files_are_refused(arrays, cache, tmp_path):
    np.savez(tmp_path / f"{NAME}.npz", **arrays | {"val_data": arrays["val_data"][:5]})
    with pytest.raises(DataError, match=r"val_data.*expected \(2264, 784\)"):
        datasets.caltech_silhouettes(data_dir=tmp_path)
