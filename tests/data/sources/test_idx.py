"""The idx format."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from lowerbound.data.sources.idx import read_idx
from lowerbound.errors import DataError

CONTENT = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_values_have_the_shape_of_the_header(tmp_path, pack):
    (tmp_path / "a").write_bytes(pack(CONTENT))
    np.testing.assert_array_equal(read_idx(tmp_path / "a"), np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", CONTENT[:7], CONTENT[:-1], b"\1" + CONTENT[1:], gzip.compress(CONTENT, mtime=0)[:-9], CONTENT[:4]],
)
def test_damaged_files(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match="get it again"):
        read_idx(tmp_path / "a")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "a")
