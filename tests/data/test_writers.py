"""Written files come back, whole or not at all."""

from __future__ import annotations

import os

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from lowerbound.data import image_grid, open_data, write
from lowerbound.data.writers import FORMATS
from lowerbound.errors import DataError, ShapeError, UnknownNameError

ROWS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".parquet"])
def test_rows_come_back(tmp_path, suffix):
    path = write(tmp_path / f"rows{suffix}", torch.from_numpy(ROWS))
    np.testing.assert_allclose(open_data(path).x.numpy(), ROWS, rtol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_columns_are_named(tmp_path):
    assert open_data(write(tmp_path / "a.csv", ROWS)).schema.columns == ("x0", "x1", "x2")
    assert pl.read_parquet(write(tmp_path / "a.parquet", ROWS, ["u", "v", "w"])).columns == ["u", "v", "w"]
    with pytest.raises(ShapeError, match="2 names were given for 3"):
        write(tmp_path / "a.csv", ROWS, ["u", "v"])


def test_scores_are_one_column(tmp_path):
    assert open_data(write(tmp_path / "a.csv", ROWS[:, 0], ["score"])).x.shape == (5, 1)
    assert np.load(write(tmp_path / "a.npy", ROWS[:, 0])).shape == (5,)


def test_text_is_written_as_it_was_read(tmp_path):
    rows, text = np.array([[0.5, 2.0], [1.0, 4.25]]), [["0.50", ""], ["", "4250e-3"]]
    assert write(tmp_path / "a.csv", rows, ["u", "v"], text=text).read_text() == "u,v\n0.50,2.0\n1.0,4250e-3\n"
    assert np.load(write(tmp_path / "a.npy", rows, text=text)).tolist() == rows.tolist()
    with pytest.raises(ShapeError, match="does not belong"):
        write(tmp_path / "a.csv", rows, text=text[:1])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_grid_of_images(tmp_path, channels):
    images = np.random.default_rng(0).integers(0, 256, (5, channels, 4, 6), dtype=np.uint8)
    with Image.open(write(tmp_path / "grid.png", images)) as image:
        grid = np.asarray(image).reshape(8, 18, channels)
    np.testing.assert_array_equal(grid[4:8, 6:12].transpose(2, 0, 1), images[4])
    assert (grid[4:8, 12:] == 0).all()


def test_floats_and_binary_images_fill_the_range():
    assert image_grid(np.array([[[0.0, 0.5], [1.0, 0.2]]])).tolist() == [[0, 128], [255, 51]]
    assert image_grid(np.array([[[0, 1]]], dtype=np.uint8)).tolist() == [[0, 255]]
    assert image_grid(np.array([[[-1.0, 3.0, np.nan]]])).tolist() == [[0, 255, 64]]
    assert image_grid(np.zeros((6, 2, 2)), width=6).shape == (2, 12)


def test_only_images_can_be_drawn(tmp_path):
    with pytest.raises(ShapeError, match="Only images"):
        write(tmp_path / "a.png", ROWS)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_extension_names_the_known():
    with pytest.raises(UnknownNameError, match=r"'.cvs'.*Did you mean '.csv'"):
        write("a.cvs", ROWS)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="Cannot write .*No such file"):
        write(tmp_path / "nowhere" / "a.npy", ROWS)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    def refuse(*args, **more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DataError, match="Permission denied.*can be written to"):
        write(tmp_path / "a.npy", ROWS)


def test_a_failure_leaves_the_earlier_file(tmp_path, monkeypatch):
    path = write(tmp_path / "a.npy", ROWS)

    def full(file, values, names):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, ".npy", full)
    with pytest.raises(DataError, match="No space left"):
        write(path, ROWS * 0)
    np.testing.assert_array_equal(np.load(path), ROWS)
    assert os.listdir(tmp_path) == ["a.npy"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.array([173.00385, 1e-7, 3.0], np.float32), ["173.00385", "1e-07", "3.0"]),
        (np.array([0.1, np.float32(0.1), 1e300]), ["0.1", "0.10000000149011612", "1e+300"]),
        (np.array([1, 2, 2**60]), ["1", "2", "1152921504606846976"]),
        (np.array([True, False, True]), ["True", "False", "True"]),
        (np.array([np.nan, np.inf, -0.0], np.float32), ["nan", "inf", "-0.0"]),
    ],
)
def test_numbers_have_the_digits_that_they_need(tmp_path, values, text):
    assert write(tmp_path / "a.csv", values[:, None], ["u"]).read_text().split() == ["u", *text]


@given(arrays(np.float32, (7, 2), elements=st.floats(width=32, allow_nan=False)))
@settings(max_examples=50, deadline=None)
def test_single_precision_comes_back_from_text(tmp_path_factory, values):
    path = write(tmp_path_factory.mktemp("text") / "a.csv", values)
    assert np.array_equal(np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32), values)


def test_long_tables_are_written_in_stretches(tmp_path):
    rows = np.arange(50_002, dtype=np.float32).reshape(-1, 2)
    assert np.array_equal(np.loadtxt(write(tmp_path / "a.csv", rows), delimiter=",", skiprows=1), rows)
