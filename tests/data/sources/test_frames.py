"""Frames as data sets."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from lowerbound.data import open_data
from lowerbound.data.sources.frames import from_frame
from lowerbound.errors import DataError, UnknownNameError

TABLE = {"age": [30, 41, 52], "dose": [0.5, 1.5, 1.0], "smokes": [True, False, True], "kind": ["a", "b", "a"]}
FRAMES = [pd.DataFrame(TABLE), pl.DataFrame(TABLE), pl.DataFrame(TABLE).to_arrow()]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_label_column_becomes_classes(frame):
    data = from_frame(frame, label="kind")
    assert data.schema.columns == ("age", "dose", "smokes")
    assert data.schema.classes == ("a", "b")
    assert data.x.tolist() == [[30, 0.5, 1], [41, 1.5, 0], [52, 1.0, 1]]
    assert data.y.tolist() == [0, 1, 0]


@pytest.mark.parametrize("frame", FRAMES)
def test_several_numeric_columns_become_covariates(frame):
    data = from_frame(
        frame[["age", "dose", "smokes"]] if not hasattr(frame, "drop_columns") else frame.select([0, 1, 2]),
        label=["dose", "smokes"],
    )
    assert data.schema.covariates == ("dose", "smokes")
    assert data.y.tolist() == [[0.5, 1.0], [1.5, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize("frame", FRAMES[:2])
def test_a_single_covariate_keeps_its_name(frame):
    assert from_frame(frame[["age", "dose"]], label="dose").schema.covariates == ("dose",)


@pytest.mark.parametrize("frame", FRAMES)
def test_text_that_is_no_label_names_the_column(frame):
    with pytest.raises(DataError, match="row 0, column 'kind': 'a'.*name it as the label"):
        open_data(frame)


@pytest.mark.parametrize("frame", FRAMES)
def test_an_unknown_label_names_the_nearest(frame):
    with pytest.raises(UnknownNameError, match="no column 'knd'.*Did you mean 'kind'"):
        open_data(frame, label="knd")


def test_a_missing_value_names_row_and_column():
    with pytest.raises(DataError, match="NaN in row 1, column 'b'"):
        open_data(pl.DataFrame({"a": [1, 2], "b": [1.5, None]}))


def test_labels_alone_are_no_data():
    with pytest.raises(DataError, match="beside the label"):
        open_data(pd.DataFrame({"kind": ["a"]}), label="kind")


def test_rows_that_are_flat_images():
    frame = pd.DataFrame([[0, 5, 9, 16]] * 3, columns=list("abcd"))
    schema = from_frame(frame, image=(2, 2)).schema
    assert (schema.shape, schema.levels, schema.columns) == ((1, 2, 2), 17, None)


def test_a_name_that_two_columns_have_is_refused():
    with pytest.raises(DataError, match="(?s)X has several columns of the same name: rename.*'a' 2 times"):
        open_data(pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", "a"]))
