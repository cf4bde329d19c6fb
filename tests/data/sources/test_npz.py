"""Zipped arrays."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import open_data
from lowerbound.data.sources.npz import load_npz
from lowerbound.errors import DataError, UnknownNameError

X = np.random.default_rng(0).normal(size=(4, 3))
Y = np.array(["a", "b", "a", "b"])


@pytest.mark.parametrize("keys", [("x", "y"), ("data", "target"), ("images", "labels"), ("x_train", "y_train")])
def test_usual_names(tmp_path, keys):
    np.savez(tmp_path / "a.npz", **dict(zip(keys, (X, Y), strict=True)))
    data = open_data(tmp_path / "a.npz")
    assert len(data) == 4
    assert data.schema.classes == ("a", "b")


def test_a_label_by_name(tmp_path):
    np.savez(tmp_path / "a.npz", features=X, kind=Y)
    assert open_data(tmp_path / "a.npz").y is None
    assert open_data(tmp_path / "a.npz", label="kind").y.tolist() == [0, 1, 0, 1]
    with pytest.raises(UnknownNameError, match="Did you mean 'kind'"):
        open_data(tmp_path / "a.npz", label="kinds")
    with pytest.raises(DataError, match="name of one array"):
        open_data(tmp_path / "a.npz", label=["kind"])


def test_which_array_holds_the_rows(tmp_path):
    np.savez(tmp_path / "a.npz", one=X, two=X)
    with pytest.raises(DataError, match="one, two: call the one with the rows 'x'"):
        open_data(tmp_path / "a.npz")


def test_an_empty_archive(tmp_path):
    np.savez(tmp_path / "a.npz")
    with pytest.raises(DataError, match=r"a\.npz holds no arrays: save the rows"):
        open_data(tmp_path / "a.npz")


def test_pickles_are_never_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="loading those could run code"):
        open_data(tmp_path / "a.npz")


def test_damaged_archives(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=X)
    whole = (tmp_path / "a.npz").read_bytes()
    rng = np.random.default_rng(0)
    for cut in (0, 10, len(whole) // 2, len(whole) - 3):
        (tmp_path / "b.npz").write_bytes(whole[:cut])
        with pytest.raises(DataError):
            load_npz(tmp_path / "b.npz")
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        (tmp_path / "b.npz").write_bytes(flipped)
        try:
            load_npz(tmp_path / "b.npz")
        except DataError:
            continue
    np.save(tmp_path / "c.npy", X)
    with pytest.raises(DataError, match="single array"):
        load_npz(tmp_path / "c.npy")
