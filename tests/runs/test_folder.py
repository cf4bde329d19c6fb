"""The folder of a run: one writer, nothing overwritten unasked, foreign and newer folders refused."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import lowerbound as lb
from lowerbound.core import storage
from lowerbound.errors import CorruptRunError, RunError
from lowerbound.runs import RunFolder, versions
from tests.estimators.small import small, table

CONFIG = {"settings": {}, "spec": {}, "schema": {}, "data": {}}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a finished run."""
    small().fit(table(), out=tmp_path / "run")
    return tmp_path / "run"


def test_a_new_run_makes_its_folders(tmp_path: Path) -> None:
    RunFolder(tmp_path / "a" / "b").create()
    assert (tmp_path / "a" / "b").is_dir()
    RunFolder(tmp_path / "a" / "b").create()  # still empty


def test_an_earlier_run_is_refused_and_unharmed(run: Path) -> None:
    before = contents(run)
    with pytest.raises(RunError, match="holds a run already, which is left as it is. Choose another folder") as caught:
        RunFolder(run).create()
    assert f"lowerbound resume {run}" in str(caught.value)
    for again in (lambda: small().fit(table(seed=1), out=run), lambda: small().fit(table(seed=1)).save(run)):
        with pytest.raises(RunError):
            again()
    assert contents(run) == before


def test_other_files_are_refused_and_unharmed_even_when_told_to_overwrite(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(RunError, match=r"holds files \(thesis.tex\) already"):
        RunFolder(tmp_path).create()
    with pytest.raises(RunError, match=r"holds files that are no run \(thesis.tex\); it is not overwritten"):
        RunFolder(tmp_path).create(overwrite=True)
    assert contents(tmp_path) == {"thesis.tex": b"years"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RunError, match="is a file; choose a folder"):
        RunFolder(tmp_path / "run").create()
    with pytest.raises(RunError, match="Cannot make the folder"):
        RunFolder(tmp_path / "run" / "below").create()
    assert (tmp_path / "run").read_text() == "a file"


def test_overwriting_deletes_the_run_s_files_and_nothing_else(run: Path) -> None:
    (run / "notes.txt").write_text("mine")
    (run / "checkpoint" / "mine.safetensors").write_text("mine")
    first, second = lb.load(run), small().fit(table(seed=3))
    second.save(run, overwrite=True)
    assert sorted(contents(run)) == [
        ".lock", "checkpoint/mine.safetensors", "config.json", "metrics.jsonl", "model.safetensors", "notes.txt",
    ]  # fmt: skip
    assert not (first.transform(table()) == second.transform(table())).all()
    assert (lb.load(run).transform(table()) == second.transform(table())).all()


def test_a_fit_that_is_refused_leaves_a_folder_that_can_be_used(tmp_path: Path) -> None:
    with pytest.raises(lb.errors.ConfigError):
        small(beta="Linear(0.0, 1.0, 1000)").fit(table(), out=tmp_path / "run")
    with pytest.raises(lb.errors.DataError):
        small().fit(table()[:1], out=tmp_path / "run")
    small().fit(table(), out=tmp_path / "run")
    assert lb.load(tmp_path / "run").n_iter_ == 2


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A second process that holds a folder until it is killed."""
    folder = RunFolder(tmp_path / "held")
    folder.create()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with folder.writing():
                os.write(writing, b"held")
                signal.pause()
        finally:
            os._exit(1)
    assert os.read(reading, 4) == b"held"
    try:
        yield child, folder.path
    finally:
        if child_lives(child):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


def child_lives(child: int) -> bool:
    """Whether a child process is still there."""
    try:
        return os.waitpid(child, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_one_process_at_a_time_writes(holder: tuple[int, Path]) -> None:
    child, path = holder
    with pytest.raises(RunError, match="Another process is writing to .*held. Wait for it, or choose another folder"):
        small().fit(table(), out=path)
    assert contents(path) == {".lock": b""}
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with RunFolder(path).writing():  # the system let go of a dead process's lock
        pass


def test_two_writers_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with folder.writing(), pytest.raises(RunError, match="Another process"), RunFolder(tmp_path).writing():
        pass
    with folder.writing():
        pass


def test_a_folder_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Cannot write to .*absent"), RunFolder(tmp_path / "absent").writing():
        pass


def test_config_comes_back(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_config({**CONFIG, "seeds": {"seed": 3}})
    config = folder.read_config()
    assert config["seeds"] == {"seed": 3}
    assert (config["format"], config["kind"]) == (1, "lowerbound-run")
    folder.write_config(config)
    assert folder.read_config() == config


def test_config_is_for_people(run: Path) -> None:
    text = (run / "config.json").read_text()
    assert '\n  "settings": {\n    "recipe": "vae",\n' in text
    assert text.endswith("}\n")


def rewritten(run: Path, **changes: object) -> Path:
    """Change keys of config.json with the checksum brought up to date: what damage cannot do, but a person can."""
    config = json.loads((run / "config.json").read_text())
    storage.write_json(run / "config.json", storage.sealed({**config, **changes}))
    return run


def test_a_newer_format_is_refused_with_the_remedy(run: Path) -> None:
    rewritten(run, format=2)
    with pytest.raises(RunError, match="has format 2, newer than this version's 1. Upgrade with pip") as caught:
        lb.load(run)
    assert not isinstance(caught.value, CorruptRunError)


def test_an_edited_config_is_refused(run: Path) -> None:
    text = (run / "config.json").read_text()
    (run / "config.json").write_text(text.replace('"seed": 0', '"seed": 1', 1))
    with pytest.raises(CorruptRunError, match="config.json was changed since it was written"):
        lb.load(run)
    (run / "config.json").write_text(text.replace("\n  ", "\n\t"))  # spaces are nobody's meaning
    assert lb.load(run).n_iter_ == 2


@pytest.mark.parametrize("changes", [{"format": 0}, {"format": True}, {"format": "1"}, {"format": None}, {"kind": "x"}])
def test_a_foreign_config_is_refused(run: Path, changes: dict[str, object]) -> None:
    rewritten(run, **changes)
    with pytest.raises(CorruptRunError, match="is not the configuration of a lowerbound run"):
        lb.load(run)


@pytest.mark.parametrize("key", ["settings", "spec", "schema", "data"])
@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_config_without_its_parts_is_refused(run: Path, key: str, value: object) -> None:
    rewritten(run, **{key: value})
    with pytest.raises(CorruptRunError, match=f"'{key}' is missing or no object"):
        lb.load(run)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="There is no run folder .*absent"):
        lb.load(tmp_path / "absent")
    with pytest.raises(RunError, match="is not a run: it has no config.json"):
        lb.load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="There is no run folder"):
        lb.load(tmp_path / "file")
    (tmp_path / "config.json").mkdir()
    with pytest.raises(RunError, match="is not a run"):
        lb.load(tmp_path)


def test_a_run_without_weights_says_how_to_finish_it(tmp_path: Path) -> None:
    RunFolder(tmp_path).write_config(CONFIG)
    with pytest.raises(RunError, match=f"has no model yet: finish it with `lowerbound resume {tmp_path}`"):
        lb.load(tmp_path)


def test_weights_are_checked_against_their_checksum(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    checksum = folder.write_weights({"a": torch.arange(3.0)})
    state, found = folder.read_weights({"weights": {"sha256": checksum}})
    assert (state["a"].tolist(), found) == ([0.0, 1.0, 2.0], checksum)
    with pytest.raises(CorruptRunError, match="model.safetensors is damaged: its checksum is not the recorded one"):
        folder.read_weights({"weights": {"sha256": "0" * 64}})


def test_missing_weights_are_named(run: Path) -> None:
    (run / "model.safetensors").unlink()
    with pytest.raises(RunError, match="model.safetensors"):
        lb.load(run)


def test_versions_are_those_that_numbers_depend_on() -> None:
    assert versions().keys() == {"lowerbound", "torch", "numpy", "python", "platform"}
    assert versions()["torch"] == torch.__version__
