"""Recipes that are solved, from the shell; and what a job decides before it writes."""

from __future__ import annotations

import json

import pytest

import lowerbound.estimators.planning as planning
from lowerbound.runs import RunFolder

QUIET = ("--nll-samples", "4", "--device", "cpu")


@pytest.fixture(scope="module")
def solved(typed, files, tmp_path_factory):
    """A run of each recipe on the same rows."""
    folder = tmp_path_factory.mktemp("solved")
    for recipe in ("ppca", "factor-analysis", "sparse-coding"):
        typed("fit", files / "numbers.csv", "--recipe", recipe, "--latent", 2, "--out", folder / recipe, "--label",
              "kind", "-q", *QUIET)  # fmt: skip
    return folder


@pytest.mark.thorough
def test_they_stand_beside_each_other_and_a_trained_model(typed, table_run, solved):
    runs = sorted(path for path in solved.iterdir())
    rows = json.loads(typed("compare", *runs, table_run, "--json").stdout)
    assert {row["recipe"] for row in rows} == {"ppca", "factor-analysis", "sparse-coding", "vae"}
    assert all(row["log_likelihood"] is not None and row["steps"] > 0 for row in rows)
    assert "cannot be compared" not in typed("compare", *runs).output


@pytest.mark.thorough
@pytest.mark.parametrize("recipe", ["ppca", "factor-analysis", "sparse-coding"])
def test_every_question_is_answered(typed, files, solved, tmp_path, recipe):
    run = solved / recipe
    for command in (("sample", run, "-n", 3), ("encode", run), ("score", run), ("reconstruct", run)):
        typed(*command, "-o", tmp_path / f"{command[0]}.npy")
        assert (tmp_path / f"{command[0]}.npy").is_file()
    assert (run / "report.html").is_file()
    assert "complete" in typed("resume", run).output


def test_its_own_rows_are_known_again_whatever_their_support(typed, files, tmp_path):
    run = tmp_path / "run"
    typed("fit", files / "images.npy", "--recipe", "ppca", "--latent", 2, "--out", run, "--no-report", "-q", *QUIET)
    assert json.loads((run / "config.json").read_text())["schema"]["support"] == "real"
    assert "4 test rows" in typed("evaluate", run, files / "images.npy", "--samples", 4).output


def test_one_that_was_stopped_is_solved_from_the_start(typed, files, tmp_path):
    run = tmp_path / "run"
    fit = ("fit", files / "array.npy", "--recipe", "factor-analysis", "--out", run, "--no-report", *QUIET)
    assert "resume" in typed(*fit, "--max-time", "0.000001s").output
    output = typed("resume", run, "--max-time", "1h", "--no-report").output
    assert "keeps no checkpoints: it is solved again from the start" in output
    assert "converged" in output


def test_options_of_training_are_refused_before_anything_is_written(typed, files, tmp_path):
    fit = ("fit", files / "array.npy", "--recipe", "ppca", "--out", tmp_path / "run")
    assert "takes no beta" in typed(*fit, "--set", "beta=4", code=2).output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_schedule_that_cannot_finish_is_refused_before_anything_is_written(typed, files, tmp_path, more):
    fit = ("fit", files / "array.npy", "--epochs", 1, "--out", tmp_path / "run", "--set", "beta=Linear(0, 1, 5000)")
    assert "needs 5000 steps" in typed(*fit, *more, code=2).output
    assert not (tmp_path / "run").exists()


def test_a_job_builds_its_model_once(typed, files, tmp_path, monkeypatch):
    built = []
    build = planning._build
    monkeypatch.setattr(planning, "_build", lambda *arguments: built.append(1) or build(*arguments))
    typed("fit", files / "array.npy", "--epochs", 1, "--out", tmp_path / "run", "--no-report", *QUIET)
    assert built == [1]
    assert RunFolder(tmp_path / "run").read_config()["outcome"]["complete"] is True
