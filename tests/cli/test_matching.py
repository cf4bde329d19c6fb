from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.cli.matching import match
from lowerbound.data import Dataset, Schema, from_arrays, open_data, read_rows
from lowerbound.errors import DataError, ShapeError, SupportError, UnknownNameError

TABLE = Schema((2,), "real", columns=("a", "b"), classes=("x", "y", "z"))


def table(columns=("a", "b"), y=None):
    return from_arrays(np.array([[0.5, 2.0], [1.5, 3.0]]), y, columns=columns, name="file")


def test_columns_are_found_by_name():
    assert match(table(("b", "a")), TABLE, labels=False).x.tolist() == [[2.0, 0.5], [3.0, 1.5]]
    assert match(table(None), TABLE, labels=False).x.tolist() == [[0.5, 2.0], [1.5, 3.0]]


def test_a_missing_column_is_named():
    with pytest.raises(ShapeError, match="no column 'b'"):
        match(table(("a", "c")), TABLE, labels=False)


def test_another_width_is_refused():
    with pytest.raises(ShapeError, match="2 features"):
        match(table(None), Schema((3,), "real"), labels=False)


def test_classes_keep_the_numbers_of_the_model():
    assert match(table(y=["z", "x"]), TABLE, labels=True).y.tolist() == [2, 0]


def test_unknown_classes_matter_only_to_a_conditional_model():
    with pytest.raises(UnknownNameError, match="'w'"):
        match(table(y=["w", "x"]), TABLE, labels=True)
    assert match(table(y=["w", "x"]), TABLE, labels=False).y is None


def test_a_conditional_model_needs_labels():
    with pytest.raises(DataError, match="--label"):
        match(table(), TABLE, labels=True)


def test_numbers_for_covariates_may_look_like_classes():
    schema = Schema((2,), "real", columns=("a", "b"), covariates=("age",))
    assert match(table(y=[30, 40]), schema, labels=True).y.tolist() == [[30.0], [40.0]]
    with pytest.raises(DataError, match="numbers: age"):
        match(table(y=["old", "young"]), schema, labels=True)


def test_labels_of_a_model_without_any_are_dropped():
    assert match(table(y=["x", "y"]), Schema((2,), "real"), labels=False).y is None


def test_zeros_and_ones_are_probabilities_to_a_model_of_binarized_data():
    file = from_arrays(np.array([[[0, 1], [1, 0]]]))
    assert file.schema.support == "binary"
    dynamic = Schema((1, 2, 2), "binary", levels=256, binarize="dynamic")
    assert match(file, dynamic, labels=False).x.flatten().tolist() == [0, 255, 255, 0]
    assert match(file, Schema((1, 2, 2), "levels", levels=17), labels=False).x.max() == 1


def test_values_outside_the_support_are_refused():
    with pytest.raises(SupportError, match="row 0"):
        match(Dataset(torch.tensor([[3, 1]]), Schema((2,), "levels", levels=4)), Schema((2,), "binary"), labels=False)


def test_rows_on_disk_stay_there(files):
    data = open_data(files / "array.npy", stream=True)
    matched = match(data, Schema((3,), "real"), labels=False)
    assert not isinstance(matched.x, torch.Tensor)
    np.testing.assert_allclose(read_rows(matched.x).numpy(), np.load(files / "array.npy"), rtol=1e-6)
