"""Bad input is refused with row, column and remedy; good input is stored compactly."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from lowerbound.data import Schema, check
from lowerbound.errors import DataError, DataWarning, ShapeError, SupportError

REAL = Schema((2,), "real", columns=("age", "height"))
BINARY = Schema((2,), "binary")
LEVELS = Schema((1, 2, 2), "levels", levels=17)
DYNAMIC = Schema((2,), "binary", levels=256, binarize="dynamic")


def test_real_rows_are_float32_or_float64():
    assert check([[1, 2]], REAL).dtype == torch.float32
    assert check([[1, 2]], REAL, dtype=torch.float64).dtype == torch.float64


def test_rows_are_copied():
    x = np.zeros((3, 2), np.float32)
    check(x, REAL)[0, 0] = 5
    assert x[0, 0] == 0


def test_discrete_rows_are_bytes():
    assert check(np.array([[True, False]]), BINARY).tolist() == [[1, 0]]
    rows = check(np.full((3, 2, 2), 16.0), LEVELS)
    assert rows.dtype == torch.uint8
    assert rows.shape == (3, 1, 2, 2)


def test_dynamic_rows_are_levels_or_probabilities():
    assert check([[0, 255]], DYNAMIC).tolist() == [[0, 255]]
    assert check([[0.0, 0.2]], DYNAMIC).tolist() == [[0, 51]]
    assert check([[False, True]], DYNAMIC).tolist() == [[0, 255]]


@pytest.mark.parametrize(("value", "name"), [(np.nan, "NaN"), (np.inf, "inf"), (-np.inf, "inf")])
def test_nonfinite_values_name_row_and_column(value, name):
    x = np.ones((5, 2))
    x[3, 0] = value
    with pytest.raises(DataError, match=f"X has {name} in row 3, column 'age'.*impute"):
        check(x, REAL)


def test_pixels_are_named_by_position():
    x = np.zeros((5, 1, 2, 2))
    x[4, 0, 1, 0] = np.nan
    with pytest.raises(DataError, match=r"row 4, pixel \(0, 1, 0\)"):
        check(x, LEVELS)


@pytest.mark.parametrize("value", [0.5, -1, 2])
def test_values_outside_the_support_of_a_bernoulli(value):
    with pytest.raises(
        SupportError, match=rf"the value {float(value)} in row 1, column 0, outside the support \{{0, 1"
    ):
        check([[0, 1], [float(value), 1]], BINARY)


@pytest.mark.parametrize("value", [0.5, -1, 17])
def test_values_outside_the_levels(value):
    x = np.zeros((2, 1, 2, 2))
    x[1, 0, 0, 1] = value
    with pytest.raises(SupportError, match=r"row 1, pixel \(0, 0, 1\).*integers 0..16"):
        check(x, LEVELS)


def test_probabilities_outside_the_unit_interval():
    with pytest.raises(SupportError, match="-0.1"):
        check([[-0.1, 0.5]], DYNAMIC)


def test_wrong_width():
    with pytest.raises(ShapeError, match="X has 3 features, but VAE is expecting 2 features as input"):
        check(np.ones((4, 3)), REAL)


def test_wrong_image_size():
    with pytest.raises(ShapeError, match=r"\(1, 3, 2\), expected \(1, 2, 2\).*resize"):
        check(np.ones((4, 1, 3, 2)), LEVELS)
    with pytest.raises(ShapeError, match="X has 5 features, but VAE is expecting 4 features"):
        check(np.ones((4, 5)), LEVELS)
    with pytest.raises(ShapeError, match="rows of shape"):
        check(np.ones((4, 2, 2)), REAL)


@pytest.mark.parametrize("x", [[1.0, 2.0], 3.0])
def test_one_dimension(x):
    with pytest.raises(ShapeError, match=r"Expected 2D array, got .D array instead.*Reshape your data"):
        check(x, REAL)


def test_empty():
    with pytest.raises(DataError, match=r"Found array with 0 sample\(s\)"):
        check(np.ones((0, 2)), REAL)
    with pytest.raises(DataError, match=r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required, in X"):
        check(np.ones((3, 0)), REAL, where="X")


def test_one_row():
    assert check(np.ones((1, 2)), REAL).shape == (1, 2)
    with pytest.raises(DataError, match=r"n_samples = 1; at least 2 rows"):
        check(np.ones((1, 2)), REAL, minimum_rows=2)


def test_constant_columns_warn_by_name():
    x = np.array([[1.0, 2.0], [1.0, 3.0]])
    with pytest.warns(DataWarning, match="column 'age'.*constant") as caught:
        check(x, REAL, warn_constant=True)
    assert len(caught) == 1
    check(x, REAL)
    with pytest.warns(DataWarning, match="and 15 more"):
        check(np.ones((3, 20)), Schema((20,), "real"), warn_constant=True)
    check(np.zeros((3, 2, 2)), LEVELS, warn_constant=True)


def test_frames_are_matched_by_name():
    frame = pd.DataFrame({"extra": ["a", "b"], "height": [1.0, 2.0], "age": [3.0, 4.0]})
    assert check(frame, REAL).tolist() == [[3.0, 1.0], [4.0, 2.0]]
    with pytest.raises(ShapeError, match=r"lacks the column 'age'.*Did you mean 'aged'"):
        check(pd.DataFrame({"aged": [1.0], "height": [2.0]}), REAL)


def test_frames_of_other_names_go_by_position():
    assert check(pd.DataFrame({"u": [1.0], "v": [2.0]}), REAL).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("support", "good", "bad"),
    [
        ("count", 1e9, 2.5),
        ("count", 0.0, -1.0),
        ("positive", 1e-9, 0.0),
        ("unit", 1.0, 1.25),
        ("unit", 0.0, -0.25),
        ("interval", 0.75, 1.0),
        ("interval", 1e-9, 0.0),
    ],
)
def test_supports_of_likelihoods_are_checked(support, good, bad):
    schema = Schema((2,), support)
    kept = check([[good, good], [good, good]], schema)
    assert kept.dtype == torch.float32
    assert kept[0, 0].item() == pytest.approx(good)
    with pytest.raises(SupportError, match=f"value {bad} in row 1, column 0, outside the support of ") as caught:
        check([[good, good], [bad, good]], schema)
    assert "rescale, round or threshold the data, or fit it as real" in str(caught.value)


@pytest.mark.parametrize("support", ["count", "positive", "unit", "interval"])
def test_supports_of_likelihoods_refuse_what_is_no_number(support):
    with pytest.raises(DataError, match="NaN in row 0"):
        check([[float("nan"), 0.5]], Schema((2,), support))


SMALL = np.random.default_rng(0).normal(size=(100, 2))


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e5])
def test_rounding_that_does_not_matter_is_not_told(offset):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(SMALL + offset, REAL, rounding=True)


def test_coarse_rounding_is_told():
    far = SMALL + np.array([0.0, 1e7])
    with pytest.warns(DataWarning, match="X is rounded to multiples of 1 in column 'height'.*Subtract an offset"):
        check(far, REAL, rounding=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(far, REAL)
        check(far.astype(np.float32), REAL, rounding=True)
        check(far, REAL, rounding=True, dtype=torch.float64)


@pytest.mark.parametrize("scaled", [SMALL * 1e-50, SMALL + 1e10, (SMALL * 5).astype(int) + 2**40])
def test_a_column_that_rounding_makes_constant_is_refused(scaled):
    with pytest.raises(DataError, match="X changes in column 'age' by less than single precision can hold"):
        check(scaled, REAL, rounding=True)


def test_constant_columns_are_no_matter_of_rounding():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(np.full((5, 2), 0.1), REAL, rounding=True)


def test_each_column_of_a_mixed_table_has_its_support():
    mixed = Schema((4,), "real", column_supports=("real", "levels:4", "binary", "positive"))
    rows = np.array([[-3.5, 3, 1, 0.1], [0.0, 0, 0, 2.0]])
    assert check(rows, mixed).dtype == torch.float32
    for column, value, allowed in ((1, 4.0, "integers 0..3"), (2, 2.0, ""), (3, 0.0, "numbers above 0")):
        wrong = rows.copy()
        wrong[1, column] = value
        message = f"value {value} in row 1, column {column}, outside the support .*{allowed}"
        with pytest.raises(SupportError, match=message):
            check(wrong, mixed)
