"""Files that are whole or absent."""

from __future__ import annotations

import errno
import os

import pytest
import torch

from lowerbound.core import storage
from lowerbound.errors import CorruptRunError, RunError

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(7, dtype=torch.int64), "c": torch.zeros(0)}


def test_json_comes_back(tmp_path):
    content = {"a": [1, 2.5, None], "b": {"c": "é"}}
    storage.write_json(tmp_path / "deep" / "x.json", content)
    assert storage.read_json(tmp_path / "deep" / "x.json") == content


def test_tensors_come_back_with_their_checksum(tmp_path):
    checksum = storage.write_tensors(tmp_path / "x.safetensors", TENSORS)
    again = storage.read_tensors(tmp_path / "x.safetensors", checksum)
    assert again.keys() == TENSORS.keys()
    assert all(torch.equal(again[k], v) and again[k].dtype == v.dtype for k, v in TENSORS.items())


def test_tied_and_strided_tensors_are_written(tmp_path):
    weight = torch.randn(3, 4)
    storage.write_tensors(tmp_path / "x", {"a": weight, "b": weight, "c": weight.T, "d": weight[:, :1].expand(3, 5)})
    assert torch.equal(storage.read_tensors(tmp_path / "x")["c"], weight.T)


def test_the_hash_sees_names_shapes_dtypes_and_bits():
    a = {"w": torch.zeros(2, 2)}
    others = [
        {"v": torch.zeros(2, 2)},
        {"w": torch.zeros(4)},
        {"w": torch.zeros(2, 2).int()},
        {"w": -torch.zeros(2, 2)},
    ]
    assert storage.sha256({"w": torch.zeros(2, 2)}) == storage.sha256(a)
    assert len({storage.sha256(x) for x in [a, *others]}) == 5
    assert storage.sha256(TENSORS) == storage.sha256(dict(reversed(TENSORS.items())))


def test_not_finite_numbers_are_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(RunError, match="not finite"):
        storage.write_json(tmp_path / "x.json", {"a": float("nan")})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_damaged_json_is_named(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(CorruptRunError, match=r"x\.json is damaged"):
        storage.read_json(tmp_path / "x.json")


@pytest.mark.parametrize("cut", [0, 4, 40, -1])
def test_cut_tensors_are_named(tmp_path, cut):
    path = tmp_path / "x.safetensors"
    checksum = storage.write_tensors(path, TENSORS)
    path.write_bytes(path.read_bytes()[:cut])
    for known in (checksum, None):
        with pytest.raises(CorruptRunError, match=r"x\.safetensors is damaged"):
            storage.read_tensors(path, known)


def test_a_flipped_bit_is_seen(tmp_path):
    path = tmp_path / "x.safetensors"
    checksum = storage.write_tensors(path, TENSORS)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptRunError, match="checksum"):
        storage.read_tensors(path, checksum)


def test_a_missing_file_is_an_error_of_the_run(tmp_path):
    for read in (storage.read_json, storage.read_tensors):
        with pytest.raises(RunError, match="Cannot read") as caught:
            read(tmp_path / "absent")
        assert isinstance(caught.value, OSError)
        assert not isinstance(caught.value, CorruptRunError)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_content(tmp_path, monkeypatch, call):
    path = tmp_path / "x.json"
    storage.write_json(path, {"old": 1})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(RunError, match=r"Cannot write .*x\.json: No space left on device\. Choose another folder"):
        storage.write_json(path, {"new": 2})
    monkeypatch.undo()
    assert storage.read_json(path) == {"old": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_file_in_the_way_of_a_folder_is_reported(tmp_path):
    (tmp_path / "run").write_text("not a folder")
    with pytest.raises(RunError, match="Cannot write"):
        storage.write_json(tmp_path / "run" / "x.json", {})
