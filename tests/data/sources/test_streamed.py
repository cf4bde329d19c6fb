"""Data sets that stay on disk."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import torch

from lowerbound.data import make_batches, open_data, read_rows
from lowerbound.data.sources import streamed
from lowerbound.errors import DataError, ShapeError

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    monkeypatch.setattr(streamed, "blocks", lambda n: ((i, min(i + 7, n)) for i in range(0, n, 7)))


@pytest.mark.parametrize(
    "x",
    [
        RNG.normal(size=(40, 3)),
        RNG.integers(0, 2, (40, 3)),
        RNG.integers(0, 256, (40, 4, 5), dtype=np.uint8),
        RNG.integers(0, 9, (40, 4, 5)),
        np.minimum(np.arange(40)[:, None, None], 20) * np.ones((1, 4, 5), np.uint8),
        np.arange(40)[:, None, None] * np.ones((1, 4, 5), np.uint8),
        np.concatenate([np.zeros((20, 3)), np.full((20, 3), 0.5)]),
    ],
)
def test_streamed_rows_equal_those_in_memory(tmp_path, x):
    np.save(tmp_path / "x.npy", x)
    data, expected = open_data(tmp_path / "x.npy", stream=True), open_data(tmp_path / "x.npy")
    assert data.schema == expected.schema
    assert torch.equal(read_rows(data.x), expected.x)
    assert read_rows(data.x).dtype == expected.x.dtype


def test_a_folder_of_shards_with_labels(tmp_path):
    table = pl.DataFrame({"a": np.arange(40) * 0.5, "b": RNG.normal(size=40), "kind": np.arange(40) % 11})
    for i in range(4):
        table[i * 10 : i * 10 + 10].write_parquet(tmp_path / f"{i}.parquet")
    data = open_data(tmp_path, label="kind")
    assert data.schema.columns == ("a", "b")
    assert data.schema.classes == tuple(str(i) for i in range(11))
    np.testing.assert_allclose(read_rows(data.x).numpy(), table[["a", "b"]].to_numpy(), rtol=1e-6)
    assert read_rows(data.y).tolist() == table["kind"].to_list()
    split = data.split()
    batches = make_batches(split.rows("train")[0], split.condition("train"), batch_size=4)
    for batch in batches.epoch(0):
        assert torch.equal(batch["c"].argmax(1), (batch["x"][:, 0] * 2).long() % 11)


def test_covariates_in_a_stream(tmp_path):
    pl.DataFrame({"a": [1.5, 2.5], "dose": [0.5, 1.0]}).write_parquet(tmp_path / "a.parquet")
    data = open_data(tmp_path / "a.parquet", label="dose", stream=True)
    assert data.schema.covariates == ("dose",)
    assert read_rows(data.y).tolist() == [[0.5], [1.0]]


def test_a_bad_value_is_found_before_training(tmp_path):
    x = RNG.normal(size=(40, 3))
    x[33, 1] = np.nan
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(DataError, match="NaN in row 33, column 1"):
        open_data(tmp_path / "x.npy", stream=True)
    table = pl.DataFrame(x[:, :2], schema=["a", "b"])
    (tmp_path / "two").mkdir()
    table[:30].write_parquet(tmp_path / "two" / "0.parquet")
    table[30:].write_parquet(tmp_path / "two" / "1.parquet")
    with pytest.raises(DataError, match="NaN in row 33, column 'b'"):
        open_data(tmp_path / "two")


def test_shards_must_agree(tmp_path):
    np.save(tmp_path / "0.npy", np.ones((3, 2)) / 2)
    np.save(tmp_path / "1.npy", np.ones((3, 3)) / 2)
    with pytest.raises(ShapeError, match=r"\(2,\) and of shape \(3,\)"):
        open_data(tmp_path)
    (tmp_path / "1.npy").unlink()
    pl.DataFrame({"a": [0.5], "b": [0.5]}).write_parquet(tmp_path / "1.parquet")
    with pytest.raises(ShapeError, match="different columns"):
        open_data(tmp_path)


def test_what_cannot_be_streamed(tmp_path):
    np.save(tmp_path / "0.npy", np.ones((3, 2)))
    with pytest.raises(DataError, match="parquet"):
        open_data(tmp_path, label="kind")
    np.save(tmp_path / "0.npy", np.ones((0, 2)))
    with pytest.raises(DataError, match="0 sample"):
        open_data(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no"):
        streamed.from_shards(tmp_path / "empty")


def test_large_files_stay_on_disk_by_themselves(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", RNG.normal(size=(40, 3)))
    assert isinstance(open_data(tmp_path / "x.npy").x, torch.Tensor)
    monkeypatch.setattr(streamed, "LARGE", 100)
    assert not isinstance(open_data(tmp_path / "x.npy").x, torch.Tensor)
    assert isinstance(open_data(tmp_path / "x.npy", stream=False).x, torch.Tensor)
