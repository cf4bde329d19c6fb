"""Frey faces, in both of their forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.io import savemat

from lowerbound.data import datasets
from lowerbound.errors import DataError


@pytest.fixture(scope="module")
def images(data_dir):
    if data_dir is not None and (data_dir / "freyfaces").is_dir():
        return np.load(data_dir / "freyfaces" / "freyfaces.npz")["images"]
    images = np.random.default_rng(0).integers(8, 239, (1965, 28, 20), dtype=np.uint8)
    images[0, 0, :2] = 8, 238
    return images


def test_both_forms_give_the_same(images, cache, tmp_path):
    savemat(tmp_path / "frey_rawface.mat", {"ff": images.reshape(1965, 560).T}, do_compression=True)
    original = datasets.frey_faces(data_dir=tmp_path)
    (tmp_path / "freyfaces").mkdir()
    np.savez(tmp_path / "freyfaces" / "freyfaces.npz", images=images)
    packed = datasets.frey_faces(data_dir=tmp_path)
    assert torch.equal(original.x, packed.x)
    assert (packed.x.shape, packed.schema.levels, packed.y) == ((1965, 1, 28, 20), 256, None)
    assert [len(packed.splits[name]) for name in ("train", "valid", "test")] == [1565, 200, 200]
    assert len(torch.cat(list(packed.splits.values())).unique()) == 1965


def test_other_files_are_refused(images, cache, tmp_path):
    savemat(tmp_path / "frey_rawface.mat", {"ff": np.zeros((560, 9), np.uint8)})
    with pytest.raises(DataError, match="not the right file"):
        datasets.frey_faces(data_dir=tmp_path)
    np.savez(tmp_path / "freyfaces.npz", images=np.zeros((1965, 28, 20), np.uint8))
    with pytest.raises(DataError, match="not the right file"):
        datasets.frey_faces(data_dir=tmp_path)
    np.savez(tmp_path / "freyfaces.npz", faces=images)
    with pytest.raises(DataError, match="no array 'images'"):
        datasets.frey_faces(data_dir=tmp_path)
