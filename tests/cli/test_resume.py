from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from lowerbound.core.storage import read_json
from lowerbound.estimators.progress import Progress
from lowerbound.runs import RunFolder
from tests.cli.conftest import QUICK

OPTIONS = ("--no-report", *QUICK, "--epochs", "12", "--set", "compile=no", "--set", "checkpoint_seconds=0")
SAME = ("metrics.jsonl", "model.safetensors", "evaluation.json", "diagnosis.json")


@pytest.fixture(scope="module")
def uninterrupted(typed, files, tmp_path_factory):
    out = tmp_path_factory.mktemp("uninterrupted") / "run"
    typed("fit", files / "array.npy", "--out", out, *OPTIONS)
    return {name: (out / name).read_bytes() for name in SAME}


class Stopping(Progress):
    """Send this process a signal after seven steps."""

    number = signal.SIGINT

    def advance(self, step: int) -> None:
        super().advance(step)
        if step == 7:
            signal.raise_signal(self.number)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_run_resumes_to_the_same_bits(typed, files, tmp_path, monkeypatch, uninterrupted, name):
    out = tmp_path / "run"
    monkeypatch.setattr(Stopping, "number", getattr(signal, name))
    with monkeypatch.context() as patch:
        patch.setattr("lowerbound.cli.job.Progress", Stopping)
        output = typed("fit", files / "array.npy", "--out", out, *OPTIONS, code=1).output
    assert f"Stopped by {name} at step 7 of 12; everything is saved. Go on with: lowerbound resume {out}" in output
    assert "Error" not in output
    assert not (out / "evaluation.json").exists()
    typed("resume", out, "--no-report", "--nll-samples", 8)
    assert {file: (out / file).read_bytes() for file in SAME} == uninterrupted


KILLED = """
import os, signal, sys
from lowerbound.estimators.progress import Progress
def advance(self, step):
    if step == 9:
        os.kill(os.getpid(), signal.SIGKILL)
Progress.advance = advance
from lowerbound.cli import main
main()
"""


@pytest.mark.thorough
def test_a_killed_run_resumes_to_the_same_bits(typed, files, tmp_path, uninterrupted):
    out = tmp_path / "run"
    command = [sys.executable, "-c", KILLED, "fit", str(files / "array.npy"), "--out", str(out), *OPTIONS]
    assert subprocess.run(command, capture_output=True).returncode == -signal.SIGKILL
    typed("resume", out, "--no-report", "--nll-samples", 8)
    assert {file: (out / file).read_bytes() for file in SAME} == uninterrupted


def test_a_complete_run_says_so(typed, image_run):
    before = (image_run / "timing.json").read_bytes()
    assert "nothing to resume" in typed("resume", image_run).output
    assert (image_run / "timing.json").read_bytes() == before


def test_what_is_left_after_training_is_done(typed, table_run, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(table_run, out)
    evaluation = (out / "evaluation.json").read_bytes()
    (out / "evaluation.json").unlink()
    typed("resume", out)
    assert not (out / "report.html").exists()
    assert (out / "evaluation.json").read_bytes() == evaluation


def test_what_was_asked_of_a_run_at_its_start_is_done_at_its_end(typed, files, tmp_path, monkeypatch):
    out = tmp_path / "run"
    asked = ("--no-report", *QUICK, "--nll-samples", 6, "--epochs", "12", "--set", "compile=no")
    with monkeypatch.context() as patch:
        patch.setattr("lowerbound.cli.job.Progress", Stopping)
        typed("fit", files / "array.npy", "--out", out, *asked, code=1)
    typed("resume", out)
    assert read_json(out / "evaluation.json")["samples"] == 6
    assert not (out / "report.html").exists()
    assert "nothing to resume" in typed("resume", out).output
    typed("resume", out, "--nll-samples", 4)
    assert read_json(out / "evaluation.json")["samples"] == 6


@pytest.mark.parametrize("after", [None, 3, {"nll_samples": "many"}, {"nll_samples": -1, "report": "no"}])
def test_a_run_that_says_nothing_of_what_follows_is_concluded_as_usual(typed, table_run, tmp_path, after):
    out = tmp_path / "run"
    shutil.copytree(table_run, out)
    (out / "evaluation.json").unlink()
    folder = RunFolder(out)
    folder.write_config({**folder.read_config(), "after": after})
    typed("resume", out)
    assert read_json(out / "evaluation.json")["samples"] > 99
    assert (out / "report.html").is_file()


def test_an_interruption_of_the_evaluation_says_how_to_go_on(typed, files, tmp_path, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr("lowerbound.cli.conclusion.evaluate", interrupt)
        output = typed("fit", files / "array.npy", "--out", out, "--no-report", *QUICK, code=1).output
    assert f"Interrupted. Go on with: lowerbound resume {out}" in output
    typed("resume", out, "--no-report", "--nll-samples", 8)
    assert (out / "evaluation.json").is_file()


def test_a_time_limit_can_be_lifted(typed, files, tmp_path):
    out = tmp_path / "run"
    limited = ("--set", "compile=no", "--max-time", ".001")
    typed("fit", files / "array.npy", "--out", out, "--no-report", *QUICK, *limited)
    typed("resume", out, "--max-time", "1h", "--no-report")
    outcome = read_json(out / "config.json")["outcome"]
    assert (outcome["reason"], outcome["step"]) == ("finished", 3)


@pytest.mark.parametrize("option", [("--epochs", "9"), ("--set", "latent=3")])
def test_other_settings_cannot_change(typed, table_run, option):
    assert "--max-time" in typed("resume", table_run, *option, code=2).output


def test_other_data_is_refused_and_moved_data_is_found(typed, files, table_run, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(table_run, out)
    (out / "evaluation.json").unlink()
    lines = (files / "numbers.csv").read_text().splitlines(keepends=True)
    (tmp_path / "moved.csv").write_text("".join(lines))
    (tmp_path / "other.csv").write_text("".join(lines[:-1]))
    assert "not the rows" in typed("resume", out, "--data", tmp_path / "other.csv", code=2).output
    typed("resume", out, "--data", tmp_path / "moved.csv", "--nll-samples", 8, "--no-report")


def test_data_that_has_gone_is_named(typed, files, tmp_path):
    table = tmp_path / "gone.npy"
    shutil.copy(files / "array.npy", table)
    out = tmp_path / "run"
    limited = ("--set", "compile=no", "--max-time", ".001")
    typed("fit", table, "--out", out, "--no-report", *QUICK, *limited)
    table.unlink()
    assert "gone.npy does not exist" in typed("resume", out, code=2).output


def test_runs_that_are_none(typed, files, tmp_path, table_run):
    assert "There is no run" in typed("resume", tmp_path / "nope", code=2).output
    assert "no config.json" in typed("resume", files, code=2).output
    assert f"'{table_run}'" in typed("resume", f"{table_run}s", code=2).output
    broken = tmp_path / "broken"
    shutil.copytree(table_run, broken)
    (broken / "config.json").write_text("{")
    assert "damaged" in typed("resume", broken, code=1).output
