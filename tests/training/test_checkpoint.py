"""A checkpoint is whole or it is the one before; damage is noticed, never loaded."""

from __future__ import annotations

import errno
import json
import os
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch

from lowerbound.core import storage
from lowerbound.core.storage import sealed, write_json
from lowerbound.errors import CorruptRunError, RunError
from lowerbound.training.checkpoint import Checkpoints

TENSORS = {"model:w": torch.arange(6.0).reshape(2, 3), "sums:elbo": torch.tensor(-1.5)}


@pytest.fixture
def saved(tmp_path: Path) -> Checkpoints:
    made = Checkpoints(tmp_path / "checkpoint")
    made.save(TENSORS, {"step": 3, "best_value": 1 / 3})
    return made


def same(checkpoints: Checkpoints, step: int = 3) -> bool:
    tensors, state = checkpoints.load()
    equal = all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    return equal and tensors.keys() == TENSORS.keys() and state["step"] == step and state["best_value"] == 1 / 3


def names(checkpoints: Checkpoints) -> list[str]:
    return sorted(path.name for path in checkpoints.folder.iterdir())


def test_what_is_saved_is_loaded(saved: Checkpoints) -> None:
    assert saved.exists
    assert same(saved)


def test_only_the_newest_is_kept(saved: Checkpoints) -> None:
    (saved.folder / ".step-3.safetensors.x1y2").write_bytes(b"left behind by a killed process")
    saved.save(TENSORS, {"step": 4, "best_value": 1 / 3})
    assert same(saved, 4)
    assert names(saved) == ["state.json", "step-4.safetensors"]


def test_none_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    made = Checkpoints(tmp_path / "nowhere")
    assert not made.exists
    with pytest.raises(RunError, match="no checkpoint.*fit a model"):
        made.load()


STAGES = ["mkstemp", "fsync", "replace"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("after", [0, 1])
def test_a_disk_that_refuses_leaves_the_one_before(
    saved: Checkpoints, monkeypatch: pytest.MonkeyPatch, stage: str, after: int, code: int
) -> None:
    calls = 0

    def refuse(*args: Any, **rest: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(code, os.strerror(code))
        return original(*args, **rest)

    module, name = (tempfile, "NamedTemporaryFile") if stage == "mkstemp" else (os, stage)
    original = getattr(module, name)
    with monkeypatch.context() as patched:
        patched.setattr(module, name, refuse)
        with pytest.raises(RunError, match=f"Cannot write.*{os.strerror(code)}.*make room or permission"):
            saved.save(TENSORS, {"step": 4, "best_value": 1 / 3})
    assert same(saved)
    assert not [name for name in names(saved) if name.startswith(".")]
    saved.save(TENSORS, {"step": 5, "best_value": 1 / 3})
    assert same(saved, 5)
    assert names(saved) == ["state.json", "step-5.safetensors"]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").touch()
    with pytest.raises(RunError, match="Cannot write"):
        Checkpoints(tmp_path / "checkpoint").save(TENSORS, {"step": 1})


def test_numbers_that_json_lacks_are_refused(saved: Checkpoints) -> None:
    with pytest.raises(RunError, match="not finite"):
        saved.save(TENSORS, {"step": 4, "best_value": float("inf")})
    assert same(saved)


@pytest.mark.parametrize("name", ["state.json", "step-3.safetensors"])
def test_every_flipped_or_missing_byte_is_noticed(saved: Checkpoints, name: str) -> None:
    path, random_ = saved.folder / name, random.Random(0)
    whole = path.read_bytes()
    for place in random_.sample(range(len(whole)), 60):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random_.randrange(8)
        for content in (bytes(flipped), whole[:place]):
            path.write_bytes(content)
            try:
                saved.load()
            except CorruptRunError:
                continue
            except RunError as error:
                assert "newer version" in str(error)  # noqa: PT017
                continue
            assert json.loads(content) == json.loads(whole)
    path.write_bytes(whole)
    assert same(saved)


@pytest.mark.parametrize("content", [{}, [], {"format": "1"}, {"format": 1, "tensors": 3}, {"format": 1}])
def test_foreign_json_is_damage(saved: Checkpoints, content: Any) -> None:
    (saved.folder / "state.json").write_text(json.dumps(content))
    with pytest.raises(CorruptRunError):
        saved.load()


@pytest.mark.parametrize("name", ["../secret.safetensors", "/etc/passwd", "", ".", "..", "absent.safetensors"])
def test_a_hostile_name_opens_nothing(saved: Checkpoints, name: str) -> None:
    state = json.loads((saved.folder / "state.json").read_text())
    write_json(saved.folder / "state.json", sealed(state | {"tensors": name}))
    with pytest.raises(RunError):
        saved.load()


def test_a_newer_format_is_refused_with_a_remedy(saved: Checkpoints) -> None:
    state = json.loads((saved.folder / "state.json").read_text())
    write_json(saved.folder / "state.json", {**state, "format": 99})
    with pytest.raises(RunError, match="newer version of lowerbound; upgrade"):
        saved.load()


def test_killed_between_its_two_files_the_one_before_counts(
    saved: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("lowerbound.training.checkpoint.write_json", killed)
        with pytest.raises(SystemExit):
            saved.save(TENSORS, {"step": 4})
    assert names(saved) == ["state.json", "step-3.safetensors", "step-4.safetensors"]
    assert same(saved)


def test_hashes_tell_names_shapes_types_and_bits_apart() -> None:
    one = {"a": torch.zeros(2, 3)}
    others = [
        {"b": torch.zeros(2, 3)},
        {"a": torch.zeros(3, 2)},
        {"a": torch.zeros(2, 3, dtype=torch.int32)},
        {"a": -torch.zeros(2, 3)},
        {"a": torch.zeros(2, 3), "b": torch.zeros(())},
    ]
    hashes = {storage.sha256(tensors) for tensors in (one, *others)}
    assert len(hashes) == len(others) + 1
    assert storage.sha256({"a": torch.zeros(3, 2).T}) == storage.sha256(one)
