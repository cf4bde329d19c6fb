"""Rows with gaps, from memory and from files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from lowerbound.data import Schema, check, mask_missing, read_with_gaps
from lowerbound.errors import DataError, ShapeError

NAN = float("nan")


@pytest.mark.parametrize("support", ["binary", "count", "positive", "interval", "unit", "real"])
def test_what_stands_in_a_gap_is_valid(support):
    schema = Schema((2,), support)
    values, seen = mask_missing([[1.0 if support != "interval" else 0.25, NAN], [NAN, NAN]], schema)
    assert seen.tolist() == [[True, False], [False, False]]
    check(values, schema)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32, np.float64])
def test_what_is_there_keeps_its_values(dtype):
    rows = np.array([[0, 1], [1, 1]], dtype=dtype)
    values, _ = mask_missing(rows, Schema((2,), "real"))
    assert values.dtype == dtype
    if rows.dtype.kind == "f":
        assert mask_missing(np.where(rows > 0, rows, rows.dtype.type(np.nan)), Schema((2,), "real"))[0].dtype == dtype


def test_rows_without_gaps_and_images():
    values, seen = mask_missing(np.array([[1, 2]]), Schema((2,), "real"))
    assert seen.all()
    image = np.full((1, 4), NAN)
    values, seen = mask_missing(image, Schema((1, 2, 2), "levels", levels=4))
    assert values.shape == seen.shape == (1, 1, 2, 2)


def test_files(tmp_path):
    rows = np.array([[1.0, NAN], [3.0, 4.0]])
    schema = Schema((2,), "real", columns=("a", "b"))
    np.save(tmp_path / "x.npy", rows)
    np.savez(tmp_path / "x.npz", x=rows)
    (tmp_path / "x.csv").write_text("kind,b,a\ncat,?,1\ndog,4,3\n")
    pl.DataFrame({"kind": ["cat", "dog"], "b": [None, 4], "a": [1.0, 3.0]}).write_parquet(tmp_path / "x.parquet")
    for name in ("x.npy", "x.npz", "x.csv", "x.parquet"):
        np.testing.assert_array_equal(read_with_gaps(tmp_path / name, schema), rows)
    (tmp_path / "bare.csv").write_text("1,\n3,4\n")
    np.testing.assert_array_equal(read_with_gaps(tmp_path / "bare.csv", Schema((2,), "real")), rows)


def test_what_cannot_be_read_is_said(tmp_path):
    schema = Schema((2,), "real", columns=("a", "b"))
    (tmp_path / "x.csv").write_text("a,c\n1,2\n")
    with pytest.raises(ShapeError, match="no column 'b'"):
        read_with_gaps(tmp_path / "x.csv", schema)
    (tmp_path / "x.npy").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read"):
        read_with_gaps(tmp_path / "x.npy", schema)
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read as parquet"):
        read_with_gaps(tmp_path / "x.parquet", schema)
    np.savez(tmp_path / "x.npz", first=np.eye(2), second=np.eye(2))
    with pytest.raises(DataError, match="call the one with the rows 'x'"):
        read_with_gaps(tmp_path / "x.npz", schema)
    with pytest.raises(DataError, match="unknown kind.*parquet"):
        read_with_gaps(tmp_path / "x.mat", schema)
    (tmp_path / "t.csv").write_text("a,b\n1,two\n")
    with pytest.raises(DataError, match="'two'"):
        read_with_gaps(tmp_path / "t.csv", schema)
