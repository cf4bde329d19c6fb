"""One door for data."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import open_data
from lowerbound.errors import ConfigError, DataError, UnknownNameError

X = np.random.default_rng(0).normal(size=(4, 3))


def test_a_name():
    data = open_data("digits", seed=3)
    assert data.name == "digits"
    assert open_data(data) is data


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(UnknownNameError, match="'digit'.*Did you mean 'digits'") as caught:
        open_data("digit")
    assert isinstance(caught.value, DataError)


def test_an_unknown_option_of_a_data_set():
    with pytest.raises(ConfigError, match="'digits' has no option 'sed'.*'seed'"):
        open_data("digits", sed=3)


@pytest.mark.parametrize("path", ["nowhere.csv", "./digits", "some/folder"])
def test_a_path_that_does_not_exist(path):
    with pytest.raises(DataError, match="does not exist: give a data set name, .npy"):
        open_data(path)


def test_an_unknown_kind_of_file(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"")
    with pytest.raises(DataError, match=r"unknown kind '.xyz'"):
        open_data(tmp_path / "a.xyz")


def test_arrays_and_what_is_said_of_them():
    data = open_data(X, label=["a", "b", "a", "b"])
    assert data.schema.classes == ("a", "b")
    assert open_data((X > 0).astype(int), support="real").schema.support == "real"


def test_a_path_as_text_or_object(tmp_path):
    np.save(tmp_path / "x.npy", X)
    assert open_data(str(tmp_path / "x.npy")).name == open_data(tmp_path / "x.npy").name == "x"


def test_a_header_is_said_of_text_alone(tmp_path):
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DataError, match=r"header=True is said of text tables, and .*x\.npy is none"):
        open_data(tmp_path / "x.npy", header=True)
    (tmp_path / "x.csv").write_text("1,2\n3,4\n5,6\n")
    assert open_data(tmp_path / "x.csv", header=True).schema.columns == ("1", "2")
