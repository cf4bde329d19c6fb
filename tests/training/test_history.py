"""Records survive crashes: whole lines count, what the checkpoint does not know is made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lowerbound.errors import CorruptRunError, RunError
from lowerbound.training.history import History, read_records

RECORDS = [{"step": 5, "train/elbo": -1.25, "lr": 0.1}, {"step": 10, "train/elbo": 1 / 3}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    history = History(tmp_path / "metrics.jsonl")
    for record in RECORDS:
        history.append(record)
    return tmp_path / "metrics.jsonl"


def test_a_record_is_a_line_of_json(path: Path) -> None:
    assert [json.loads(line) for line in path.read_text().splitlines()] == RECORDS
    assert read_records(path) == RECORDS


def test_columns_leave_out_records_without_the_number() -> None:
    history = History()
    for record in RECORDS:
        history.append(record)
    assert len(history) == 2
    assert list(history) == RECORDS
    assert history.column("lr") == [(5, 0.1)]
    assert history.column("train/elbo") == [(5, -1.25), (10, 1 / 3)]
    assert history.column("val/elbo") == []


def test_going_on_keeps_what_the_checkpoint_knows(path: Path) -> None:
    whole = path.read_bytes()
    history = History(path, keep=1)
    assert history.records == RECORDS[:1]
    assert read_records(path) == RECORDS[:1]
    history.append(RECORDS[1])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_line_cut_off_by_a_crash_is_no_record(path: Path, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_records(path) == RECORDS[:1]
    assert History(path, keep=1).records == RECORDS[:1]


def test_lost_records_are_noticed(path: Path) -> None:
    with pytest.raises(CorruptRunError, match="2 of 3 records"):
        History(path, keep=3)
    assert read_records(path) == RECORDS
    with pytest.raises(CorruptRunError, match="0 of 1 records"):
        History(path.with_name("absent.jsonl"), keep=1)


DAMAGE = [b"{]\n", b"[1]\n", b'{"epoch": 3}\n', b'{"step": "1"}\n', b"\xff\n", b"[" * 9999 + b"\n"]


@pytest.mark.parametrize("line", DAMAGE)
def test_damage_is_named_with_its_line(path: Path, line: bytes) -> None:
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(CorruptRunError, match="metrics.jsonl is damaged"):
        read_records(path)
    if b"\xff" not in line:
        with pytest.raises(CorruptRunError, match="line 3"):
            History(path, keep=2)


def test_a_full_disk_is_an_error_with_a_remedy(path: Path) -> None:
    history = History(path, keep=2)
    full = path.with_name("full.jsonl")
    full.symlink_to("/dev/full")
    history.path = full
    with pytest.raises(RunError, match="No space left.*then resume"):
        history.append({"step": 15})
    assert read_records(path) == RECORDS


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="Cannot write"):
        History(tmp_path / "file" / "metrics.jsonl")


def test_files_have_the_users_permissions(path: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
