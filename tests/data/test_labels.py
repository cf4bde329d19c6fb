"""Labels and covariates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from lowerbound.data import Schema, encode_labels, one_hot, order_covariates, with_labels
from lowerbound.errors import DataError, ShapeError, UnknownNameError

BARE = Schema((2,), "real")


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([10, 9, 10], ("9", "10")),
        (["b", "a", "b"], ("a", "b")),
        ([True, False, True], ("False", "True")),
        (np.array([["b"], ["a"], ["b"]]), ("a", "b")),
        (pd.Series(["b", "a", "b"]), ("a", "b")),
        (pd.Series(["b", "a", "b"], dtype="category"), ("a", "b")),
        (pl.Series(["b", "a", "b"]), ("a", "b")),
        (torch.tensor([10, 9, 10]), ("9", "10")),
    ],
)
def test_classes(y, classes):
    schema = with_labels(BARE, y)
    assert schema.classes == classes
    assert encode_labels(y, schema).tolist() == [1, 0, 1]


def test_covariates():
    assert with_labels(BARE, [0.5, 1.5]).covariates == ("y",)
    assert with_labels(BARE, np.ones((3, 2), int)).covariates == ("y0", "y1")
    assert with_labels(BARE, pd.DataFrame({"u": [1.5], "v": [2.0]})).covariates == ("u", "v")
    schema = with_labels(BARE, [0.5, 1.5], ["dose"])
    assert schema.covariates == ("dose",)
    assert encode_labels([2, 3], schema).tolist() == [[2.0], [3.0]]


def test_known_classes_may_come_in_other_types():
    schema = Schema((2,), "real", classes=("0", "1", "2"))
    for y in (["2", "0"], [2, 0], [2.0, 0.0], torch.tensor([2, 0])):
        assert encode_labels(y, schema).tolist() == [2, 0]


def test_an_unknown_class_names_row_and_nearest():
    schema = Schema((2,), "real", classes=("cat", "dog"))
    with pytest.raises(UnknownNameError, match=r"'cta' in row 1.*Did you mean 'cat'"):
        encode_labels(["dog", "cta"], schema)


def test_missing_labels_name_the_row():
    for y in ([0.5, np.nan], ["a", None], pd.Series(["a", None]), pl.Series(["a", None])):
        with pytest.raises(DataError, match="row 1"):
            with_labels(BARE, y)


def test_wrong_sizes():
    schema = Schema((2,), "real", covariates=("u", "v"))
    with pytest.raises(ShapeError, match="y has 3 rows where there are 4"):
        encode_labels(np.ones((3, 2)), schema, n=4)
    with pytest.raises(ShapeError, match="3 columns, the model was fitted with 2: u, v"):
        encode_labels(np.ones((3, 3)), schema)
    with pytest.raises(ShapeError, match="one column of classes"):
        encode_labels(np.ones((3, 2)), Schema((2,), "real", classes=("1",)))
    with pytest.raises(ShapeError, match="shape"):
        with_labels(BARE, np.ones((2, 2, 2)))
    with pytest.raises(DataError, match="several columns"):
        with_labels(BARE, [["a", "b"]])
    with pytest.raises(DataError, match="text"):
        encode_labels(["a"], Schema((2,), "real", covariates=("u",)))


def test_conditions_are_floats():
    assert one_hot(torch.tensor([1, 0]), Schema((2,), "real", classes=("a", "b"))).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    covariates = torch.tensor([[1.0, 2.0]])
    assert torch.equal(one_hot(covariates, Schema((2,), "real", covariates=("u", "v"))), covariates)


NAMED = replace(BARE, covariates=("u", "v"))


@pytest.mark.parametrize(
    "y",
    [
        pd.DataFrame({"v": [2.0], "u": [1.0], "w": [3.0]}),
        pl.DataFrame({"v": [2.0], "u": [1.0]}),
        pd.DataFrame({"v": [2.0], "u": [1.0]}).iloc[0],
        {"v": 2.0, "u": 1.0},
        [[1.0, 2.0]],
    ],
)
def test_covariates_with_names_are_put_in_order(y):
    assert np.array_equal(np.ravel(order_covariates(y, NAMED)), [1.0, 2.0])


def test_names_that_are_not_those_of_the_model():
    with pytest.raises(ShapeError, match="given lacks the covariate 'v'. Known: V, u"):
        order_covariates({"u": 1.0, "V": 2.0}, NAMED, where="given")
    with pytest.raises(ShapeError, match="y has the columns a, b; the model was fitted with u, v"):
        order_covariates(pd.DataFrame({"a": [1.0], "b": [2.0]}), NAMED)
    nameless = with_labels(BARE, np.ones((3, 2)))
    assert np.array_equal(order_covariates(pd.DataFrame({"b": [1.0], "a": [2.0]}), nameless), [[1.0, 2.0]])


def test_classes_are_left_as_they_are():
    classes = replace(BARE, classes=("a", "b"))
    series = pd.Series(["a", "b"])
    assert order_covariates(series, classes) is series
    with pytest.raises(DataError, match="fitted with classes: give the class itself"):
        order_covariates({"label": "a"}, classes)
