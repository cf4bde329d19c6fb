"""Arrays on disk."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import open_data
from lowerbound.data.sources.npy import NpyRows
from lowerbound.errors import DataError

X = np.random.default_rng(0).normal(size=(40, 3))


def test_rows_are_read(tmp_path):
    np.save(tmp_path / "a.npy", X)
    data = open_data(tmp_path / "a.npy")
    np.testing.assert_array_equal(data.x.numpy(), X.astype(np.float32))
    with pytest.raises(DataError, match="'x' and 'y'"):
        open_data(tmp_path / "a.npy", label="kind")


@pytest.mark.parametrize("shape", [(40, 3), (20, 2, 3), (10, 1, 4, 3)])
def test_stretches_are_read_by_position(tmp_path, shape):
    values = X.reshape(shape)
    np.save(tmp_path / "a.npy", values)
    rows = NpyRows(tmp_path / "a.npy")
    assert len(rows) == shape[0]
    np.testing.assert_array_equal(rows.raw(3, 9), values[3:9])


def test_rows_must_lie_together(tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(X))
    with pytest.raises(DataError, match="ascontiguousarray"):
        NpyRows(tmp_path / "a.npy")


def test_a_file_that_was_cut_off_meanwhile(tmp_path):
    np.save(tmp_path / "a.npy", X)
    rows = NpyRows(tmp_path / "a.npy")
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-100])
    with pytest.raises(DataError, match="cut off: rows 30 to 39"):
        rows.raw(30, 40)


def test_damaged_and_foreign_files(tmp_path):
    np.save(tmp_path / "a.npy", X)
    whole = (tmp_path / "a.npy").read_bytes()
    np.savez(tmp_path / "c.npz", x=X)
    np.save(tmp_path / "d.npy", np.array([{"a": 1}], dtype=object))
    (tmp_path / "d.npy").rename(tmp_path / "d_npy")
    for content in (
        b"",
        b"hello",
        whole[:50],
        whole[:-1],
        (tmp_path / "c.npz").read_bytes(),
        (tmp_path / "d_npy").read_bytes(),
    ):
        (tmp_path / "b.npy").write_bytes(content)
        with pytest.raises(DataError):
            open_data(tmp_path / "b.npy")


@pytest.mark.parametrize("kind", [".npy", ".npz"])
@pytest.mark.parametrize("values", [[{"a": 1}], ["a", None], [[1.5, "b"]]])
def test_objects_are_refused_in_our_words(tmp_path, kind, values):
    path = tmp_path / f"objects{kind}"
    objects = np.array(values, dtype=object)
    np.save(path, objects) if kind == ".npy" else np.savez(path, x=objects)
    with pytest.raises(DataError) as caught:
        open_data(path)
    message = str(caught.value)
    assert message.startswith(f"{path} holds an array of Python objects")
    assert "save numbers instead" in message
    assert "pickle" not in message


def test_what_is_no_array_file_is_refused_in_our_words(tmp_path):
    for name in ("a.npy", "a.npz"):
        (tmp_path / name).write_bytes(b"hello")
        with pytest.raises(DataError, match=f"cannot be read as {name[1:]}: it does not begin as one") as caught:
            open_data(tmp_path / name)
        assert "pickle" not in str(caught.value)
