"""The one door for arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
import torch

from lowerbound.data.coerce import DataTypeError, is_frame, to_array
from lowerbound.errors import DataError, ShapeError

EXPECTED = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "x",
    [
        EXPECTED,
        EXPECTED.tolist(),
        torch.tensor(EXPECTED, requires_grad=True),
        torch.tensor(EXPECTED).bfloat16(),
        EXPECTED.astype(object),
        EXPECTED.astype(np.longdouble),
        pd.DataFrame(EXPECTED, columns=["a", "b"]),
        pd.DataFrame(EXPECTED, columns=["a", "b"]).astype("Int64"),
        pd.DataFrame(EXPECTED).astype(object),
        pl.DataFrame(EXPECTED, schema=["a", "b"]),
        pl.DataFrame(EXPECTED, schema=["a", "b"]).to_arrow(),
    ],
)
def test_everything_becomes_the_same_array(x):
    values, names = to_array(x)
    np.testing.assert_array_equal(values, EXPECTED)
    assert names is None or len(names) == 2
    assert is_frame(x) == (names is not None)


def test_a_memory_map_is_not_copied(tmp_path):
    np.save(tmp_path / "x.npy", EXPECTED)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.shares_memory(to_array(mapped)[0], mapped)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_missing_values_of_frames_become_nan(frame):
    values, names = to_array(frame({"a": [1.5, None], "b": [True, False]}))
    assert np.isnan(values[1, 0])
    assert names == ("a", "b")


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_text_in_a_frame_names_row_and_column(frame):
    with pytest.raises(DataError, match="row 0, column 'city': 'Paris'"):
        to_array(frame({"a": [1, 2], "city": ["Paris", "Rome"]}))


@pytest.mark.parametrize("x", [[["1", "b"]], np.array([["1", "b"]], dtype=object), [[b"x", b"y"]]])
def test_text_in_an_array_names_row_and_column(x):
    with pytest.raises(DataError, match="row 0, column 0"):
        to_array(x)


def test_dates_are_refused_by_column():
    with pytest.raises(DataTypeError, match="column 'when'.*convert"):
        to_array(pd.DataFrame({"when": pd.to_datetime(["2020-01-01"])}))
    with pytest.raises(DataTypeError, match="datetime64"):
        to_array(np.array([["2020-01-01"]], dtype="datetime64[D]"))


def test_objects_are_refused_as_a_type_error():
    with pytest.raises(TypeError, match="argument must be a string or a real number"):
        to_array(np.array([[{"foo": "bar"}, 1.0]], dtype=object))


@pytest.mark.parametrize("x", [scipy.sparse.csr_matrix(EXPECTED), torch.tensor(EXPECTED).to_sparse()])
def test_sparse_is_refused_with_the_remedy(x):
    with pytest.raises(DataTypeError, match=r"sparse.*toarray"):
        to_array(x)


def test_complex_is_refused():
    with pytest.raises(DataError, match="Complex data not supported"):
        to_array(EXPECTED * 1j)


def test_ragged_lists_are_refused():
    with pytest.raises(ShapeError, match="different lengths"):
        to_array([[1, 2], [3]])


def test_labels_may_be_text_and_keep_whole_numbers():
    assert to_array(["b", "a"], strings=True)[0].dtype.kind == "U"
    assert to_array(np.array([1, 2], dtype=object), strings=True)[0].dtype.kind == "i"
    assert to_array(pl.Series(["b", "a"]), strings=True)[0].tolist() == ["b", "a"]
    with pytest.raises(DataError, match="row 1"):
        to_array(np.array(["a", None], dtype=object), where="y", strings=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, bool])
def test_what_a_mask_hides_is_missing(dtype):
    hidden = np.ma.masked_array(np.array([[1, 0], [1, 1]], dtype), mask=[[True, False], [False, False]])
    values, _ = to_array(hidden)
    assert values.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert np.array_equal(values, [[np.nan, 0], [1, 1]], equal_nan=True)


def test_a_mask_that_hides_nothing_changes_nothing():
    assert to_array(np.ma.masked_array(np.arange(4, dtype=np.uint8)))[0].dtype == np.uint8


def test_labels_under_a_mask_are_missing():
    with pytest.raises(DataError, match="NaN in row 1"):
        to_array(np.ma.masked_array(["a", "b"], mask=[False, True]), where="y", strings=True)


def test_missing_truth_values_of_pandas_are_nan():
    frame = pd.DataFrame({"k": pd.array([None, True, False], dtype="boolean")})
    assert np.array_equal(to_array(frame)[0], [[np.nan], [1.0], [0.0]], equal_nan=True)


def test_text_of_an_array_is_quoted_as_text():
    with pytest.raises(DataError, match=r"text in row 0, column 0: 'a'\. Drop"):
        to_array(np.array([["a", "b"]]))


def test_a_name_that_two_columns_of_a_frame_have_is_refused():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(DataError, match="X has several columns of the same name"):
        to_array(pandas.DataFrame([[1.0, 2.0]], columns=["a", "a"]))
