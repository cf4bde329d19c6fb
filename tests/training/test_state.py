"""What a checkpoint gives back belongs to this run, or nothing starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toys import Crashed, contents, fit
from zoo import Case, flat

from lowerbound.core.storage import sealed, write_json
from lowerbound.errors import ConfigError, CorruptRunError, RunError
from lowerbound.training.checkpoint import Checkpoints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with pytest.raises(RuntimeError, match="simulated"):
        fit("flat", tmp_path, checkpoint_seconds=0.0, observers=[Crashed(9)])
    return tmp_path


def test_another_length_is_refused(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(ConfigError, match=r"to take 20 steps and is now asked for 30"):
        fit("flat", folder, total=30, resume=True)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["ladder", "critic", "three-players", "optimal-variance", "mixture", "convolutional"])
def test_another_model_is_refused(folder: Path, name: str) -> None:
    before = contents(folder)
    with pytest.raises(CorruptRunError, match="not of this run"):
        fit(name, folder, resume=True)
    assert contents(folder) == before


def test_another_choice_of_average_is_refused(folder: Path) -> None:
    before = contents(folder)
    fit(Case(flat), folder, resume=True)
    assert contents(folder) != before


def test_moments_of_another_shape_are_refused(folder: Path) -> None:
    made = Checkpoints(folder / "checkpoint")
    tensors, state = made.load()
    name = next(key for key in tensors if key.endswith("/second"))
    tensors[name] = tensors[name].flatten()[:1]
    made.save(tensors, {key: value for key, value in state.items() if key not in ("format", "tensors", "sha256")})
    with pytest.raises(CorruptRunError, match="not of this run"):
        fit("flat", folder, resume=True)


@pytest.mark.parametrize("key", ["step", "records", "bad_rounds", "best_value", "best_step", "ended", "total"])
@pytest.mark.parametrize("value", [None, "x", [1]])
def test_values_that_make_no_sense_are_refused(folder: Path, key: str, value: object) -> None:
    if (key, value) in (("best_value", None), ("ended", "x")):
        value = {}
    path = folder / "checkpoint" / "state.json"
    write_json(path, sealed(json.loads(path.read_text()) | {key: value}))
    with pytest.raises((RunError, ConfigError)):
        fit("flat", folder, resume=True)


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing to resume"):
        fit("flat", tmp_path, resume=True)
    with pytest.raises(RunError, match="nothing to resume"):
        fit("flat", resume=True)
