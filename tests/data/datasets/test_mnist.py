"""MNIST, from real files where there are some, else from files of its format."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
import torch

from lowerbound.data import check, datasets
from lowerbound.data.datasets.mnist import CARD
from lowerbound.errors import ConfigError, DownloadError


@pytest.fixture(scope="module")
def folder(data_dir, tmp_path_factory):
    if data_dir is not None and (data_dir / "mnist").is_dir():
        return data_dir
    folder = tmp_path_factory.mktemp("files")
    (folder / "mnist").mkdir()
    for file, n in zip(CARD.files, (60000, 60000, 10000, 10000), strict=True):
        values = np.arange(n, dtype=np.uint8) % 10
        if "images" in file.name:
            values = np.repeat(values * 25, 784).reshape(n, 28, 28)
        header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
        (folder / "mnist" / file.name).write_bytes(gzip.compress(header + values.tobytes(), 1))
    return folder


def test_rows_labels_and_official_splits(folder, cache):
    data = datasets.mnist(data_dir=folder)
    assert (data.x.shape, data.x.dtype) == ((70000, 1, 28, 28), torch.uint8)
    assert (data.schema.support, data.schema.levels, data.schema.binarize) == ("binary", 256, "dynamic")
    bounds = {name: (int(rows[0]), int(rows[-1])) for name, rows in data.splits.items()}
    assert bounds == {"train": (0, 49999), "valid": (50000, 59999), "test": (60000, 69999)}
    assert data.y.bincount().min() > 6000
    assert torch.equal(check(data.x[:100], data.schema), data.x[:100])


def test_fewer_rows_for_validation_leave_more_to_train_on(folder, cache):
    splits = datasets.mnist(data_dir=folder, valid_rows=400).splits
    assert [len(splits[name]) for name in ("train", "valid", "test")] == [59600, 400, 10000]
    assert (int(splits["valid"][0]), int(splits["test"][0])) == (59600, 60000)
    for wrong in (60000, -1, 0.5):
        with pytest.raises(ConfigError, match="valid_rows="):
            datasets.mnist(data_dir=folder, valid_rows=wrong)


def test_grey_levels_can_be_kept(folder, cache, monkeypatch):
    monkeypatch.setenv("LOWERBOUND_DATA", str(folder))
    schema = datasets.load("mnist", binarize=None).schema
    assert (schema.support, schema.levels, schema.binarize) == ("levels", 256, None)


def test_offline_names_the_folder_option(cache, monkeypatch):
    def offline(request, timeout):
        raise OSError("Network is unreachable")

    monkeypatch.setattr("urllib.request.urlopen", offline)
    with pytest.raises(DownloadError, match=r"train-images.*unreachable.*DIR/mnist/.*--data-dir"):
        datasets.mnist()
