"""MATLAB files."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from lowerbound.data.sources.mat import load_mat
from lowerbound.errors import DataError


def test_variables(tmp_path):
    savemat(tmp_path / "a.mat", {"x": np.eye(2)})
    np.testing.assert_array_equal(load_mat(tmp_path / "a.mat", "x")["x"], np.eye(2))
    with pytest.raises(DataError, match="no variable 'y'"):
        load_mat(tmp_path / "a.mat", "x", "y")


def test_damaged_files(tmp_path):
    savemat(tmp_path / "a.mat", {"x": np.arange(1000.0)}, do_compression=True)
    whole = (tmp_path / "a.mat").read_bytes()
    for content in (b"", b"hello", whole[:60], whole[: len(whole) // 2], b"\0" * 200):
        (tmp_path / "b.mat").write_bytes(content)
        with pytest.raises(DataError, match=r"b\.mat"):
            load_mat(tmp_path / "b.mat", "x")
