"""Packages that only some calls need."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from lowerbound.data import open_data, write
from lowerbound.data.optional import need
from lowerbound.errors import DependencyError


def test_a_missing_package_names_the_extra():
    with pytest.raises(DependencyError, match=r"no_such_package is needed to test.*pip install 'lowerbound\[frames\]'"):
        need("no_such_package.part", "frames", "to test")


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(DependencyError, match="pyarrow is needed to read"):
        open_data(path)
    with pytest.raises(DependencyError, match="pyarrow is needed to write"):
        write(tmp_path / "y.parquet", np.zeros((2, 2)))
    assert [file.name for file in tmp_path.iterdir()] == ["x.parquet"]
