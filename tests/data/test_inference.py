"""The schema read off the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lowerbound.data import infer_schema
from lowerbound.errors import DataError, ShapeError, SupportError

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("x", "shape", "support", "levels"),
    [
        (np.array([[True, False]]), (2,), "binary", None),
        (np.array([[0.0, 1.0]]), (2,), "binary", None),
        (np.array([[0, 1]]), (2,), "binary", None),
        (np.array([[0, 2]]), (2,), "real", None),
        (np.array([[0.5, 1.0]]), (2,), "real", None),
        (np.array([[0, 200]], dtype=np.uint8), (2,), "levels", 256),
        (np.full((2, 4, 5), 16), (1, 4, 5), "levels", 17),
        (np.full((2, 4, 5), 31), (1, 4, 5), "levels", 32),
        (np.full((2, 4, 5), 32), (1, 4, 5), "levels", 256),
        (np.ones((2, 4, 5), int), (1, 4, 5), "binary", None),
        (np.full((2, 4, 5), 0.5), (1, 4, 5), "real", None),
        (np.full((2, 6, 5, 3), 255, np.uint8), (3, 6, 5), "levels", 256),
        (np.full((2, 3, 6, 5), 255, np.uint8), (3, 6, 5), "levels", 256),
    ],
)
def test_shape_and_support(x, shape, support, levels):
    schema = infer_schema(x)
    assert (schema.shape, schema.support, schema.levels) == (shape, support, levels)


@pytest.mark.parametrize("value", [-1, 256])
def test_integer_images_outside_bytes(value):
    x = np.zeros((3, 4, 5), int)
    x[2, 1, 0] = value
    with pytest.raises(SupportError, match=rf"the value {value} in row 2, pixel \(0, 1, 0\), outside 0..255"):
        infer_schema(x)


def test_what_is_said_is_not_inferred():
    x = RNG.integers(0, 2, (4, 3))
    assert infer_schema(x, support="real").support == "real"
    assert infer_schema(x, levels=9).levels == 9
    assert infer_schema(x, support="levels").levels == 2 or infer_schema(x * 3, support="levels").levels == 4
    dynamic = infer_schema(x, binarize="dynamic")
    assert (dynamic.support, dynamic.levels, dynamic.binarize) == ("binary", 256, "dynamic")
    assert infer_schema(x, image=(3, 1)).shape == (1, 3, 1)


def test_columns_of_frames():
    assert infer_schema(pd.DataFrame({"a": [1.5], "b": [2.5]})).columns == ("a", "b")
    assert infer_schema([[1.5, 2.5]], columns=["u", "v"]).columns == ("u", "v")
    assert infer_schema([[1.5, 2.5]]).columns is None


def test_bad_data_is_refused_here_already():
    with pytest.raises(ShapeError, match="Expected 2D array"):
        infer_schema([1.0, 2.0])
    with pytest.raises(DataError, match="0 sample"):
        infer_schema(np.empty((0, 3)))
    with pytest.raises(ShapeError, match="neither a table"):
        infer_schema(np.zeros((1, 2, 3, 4, 5)))
