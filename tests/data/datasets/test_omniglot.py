"""Omniglot, from a file of its format."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.io import savemat

from lowerbound.data import datasets
from lowerbound.data.datasets.omniglot import TEST, TRAIN
from lowerbound.errors import DataError


def content(n, images="data", target="target"):
    values = np.zeros((784, n), np.float32)
    values[1] = 0.5
    values[28] = np.arange(n) / n
    labels = np.zeros((50, n), np.uint8)
    labels[np.arange(n) % 50, np.arange(n)] = 1
    return {images: values, target: labels}


@pytest.fixture(scope="module")
def arrays():
    return content(TRAIN) | content(TEST, "testdata", "testtarget")


@pytest.mark.thorough
def test_images_are_upright_with_official_splits(arrays, cache, tmp_path):
    (tmp_path / "omniglot").mkdir()
    savemat(tmp_path / "omniglot" / "chardata.mat", arrays, do_compression=True)
    data = datasets.omniglot(data_dir=tmp_path)
    assert (data.x.shape, data.x.dtype, data.schema.binarize) == ((32415, 1, 28, 28), torch.uint8, "dynamic")
    assert (data.x[:, 0, 1, 0] == 128).all()
    assert data.x[TRAIN - 1, 0, 0, 1] == 255
    assert [len(data.splits[name]) for name in ("train", "valid", "test")] == [23000, 1345, 8070]
    assert len(torch.cat(list(data.splits.values())).unique()) == 32415
    assert data.y[:3].tolist() == [0, 1, 2]
    assert datasets.omniglot(data_dir=tmp_path, binarize=None).schema.support == "levels"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("key", "value"),
    [("data", np.zeros((784, 5))), ("testdata", np.full((784, TEST), 2.0)), ("target", np.zeros((50, TRAIN)))],
)
def test_other_files_are_refused(arrays, cache, tmp_path, key, value):
    savemat(tmp_path / "chardata.mat", arrays | {key: value}, do_compression=True)
    with pytest.raises(DataError, match="not the right file"):
        datasets.omniglot(data_dir=tmp_path)
