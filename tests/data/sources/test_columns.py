"""Factors read from named columns of a file."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import read_factors
from lowerbound.errors import DataError, ShapeError, UnknownNameError


def test_columns_of_a_file(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("x,kind,size\n0.5,b,1\n0.1,a,10\n0.2,b,2\n")
    found = read_factors(table, ["size", "kind"])
    assert found.values.tolist() == [[0, 1], [2, 0], [1, 1]]
    assert found.sizes == (3, 2)
    with pytest.raises(UnknownNameError, match="no column 'kinds'. Did you mean 'kind'"):
        read_factors(table, ["kinds"])
    table.write_text("x,kind\n0.5,b\n0.1,\n")
    with pytest.raises(DataError, match="missing label in row 1"):
        read_factors(table, ["kind"])


def test_arrays_of_a_file(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((3, 2)), kind=np.array(["b", "a", "b"]), size=np.array([3, 1, 2]))
    found = read_factors(tmp_path / "a.npz", ["kind", "size"])
    assert found.values.tolist() == [[1, 2], [0, 0], [1, 1]]
    with pytest.raises(UnknownNameError, match="no array 'sized'"):
        read_factors(tmp_path / "a.npz", ["sized"])
    with pytest.raises(ShapeError, match="one number a row"):
        read_factors(tmp_path / "a.npz", ["x"])
    with pytest.raises(DataError, match=r"not from .*a\.npy"):
        read_factors(tmp_path / "a.npy", ["x"])
