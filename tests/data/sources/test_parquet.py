"""Parquet tables."""

from __future__ import annotations

import polars as pl
import pytest

from lowerbound.data import open_data
from lowerbound.data.sources.parquet import ParquetRows
from lowerbound.errors import DataError, UnknownNameError

TABLE = pl.DataFrame({"a": range(50), "b": [i / 2 for i in range(50)], "kind": ["u", "v"] * 25})


@pytest.fixture
def path(tmp_path):
    TABLE.write_parquet(tmp_path / "a.parquet", row_group_size=8)
    return tmp_path / "a.parquet"


def test_a_table_with_labels(path):
    data = open_data(path, label="kind")
    assert data.schema.columns == ("a", "b")
    assert data.x[3].tolist() == [3.0, 1.5]
    assert data.y[:3].tolist() == [0, 1, 0]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("label", ["b", ["b", "a"]])
def test_covariates_keep_their_names(tmp_path, stream, label):
    TABLE.drop("kind").with_columns(c=pl.col("a") / 3).write_parquet(tmp_path / "numbers.parquet")
    data = open_data(tmp_path / "numbers.parquet", label=label, stream=stream)
    assert data.schema.covariates == ((label,) if isinstance(label, str) else tuple(label))


def test_stretches_over_row_groups(path):
    rows = ParquetRows(path, "kind")
    assert len(rows) == 50
    assert rows.raw(5, 27)[:, 0].tolist() == list(range(5, 27))
    labels = ParquetRows(path, "kind", labels=True)
    assert labels.raw(7, 10).ravel().tolist() == ["v", "u", "v"]


def test_bad_tables(path):
    with pytest.raises(DataError, match="column 'kind'"):
        open_data(path)
    with pytest.raises(UnknownNameError, match="Did you mean 'kind'"):
        open_data(path, label="kinds")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="cannot be read as parquet"):
        open_data(path)
