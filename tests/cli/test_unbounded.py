"""The command line on a model without a likelihood."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.core.storage import read_json
from tests.cli.conftest import QUICK


@pytest.fixture(scope="module")
def run(typed, files, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("unbounded") / "run"
    result = typed("fit", files / "array.npy", "--recipe", "ae", "--out", out, *QUICK)
    assert "This model has no likelihood" in result.output
    assert "log p(x) by" not in result.output
    assert "ELBO," not in result.output
    return out


def test_fit_leaves_what_there_is(run):
    assert (run / "report.html").is_file()
    numbers = read_json(run / "evaluation.json")
    assert numbers["mean_squared_error"] > 0
    assert "log_likelihood" not in numbers
    card = (run / "README.md").read_text()
    assert "squared error a feature" in card
    assert "no likelihood" in card
    assert "score_samples" not in card


def test_evaluate_and_diagnose_say_why(typed, run):
    assert "no likelihood" in typed("evaluate", run).output
    assert "no likelihood" in json.loads(typed("evaluate", run, "--json").output)["unbounded"]
    output = typed("diagnose", run).output
    assert "squared error, held-out rows" in output
    assert "ELBO" not in output


def test_score_writes_errors_under_their_own_name(typed, run, files, tmp_path):
    output = typed("score", run, files / "array.npy", "-o", tmp_path / "scores.csv").output
    assert "no likelihood" in output
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert lines[0] == "squared_error"
    errors = lb.load(run).squared_error(np.load(files / "array.npy"))
    np.testing.assert_allclose([float(line) for line in lines[1:]], errors, rtol=1e-4)


def test_compare_says_why_a_row_is_empty(typed, run, table_run):
    output = typed("compare", run, table_run).output
    assert "no likelihood" in output
    assert "has not been evaluated yet" not in output


@pytest.mark.parametrize("command", ["gaps", "rate-distortion"])
def test_what_needs_a_likelihood_is_refused(typed, run, tmp_path, command):
    extra = ["-o", tmp_path / "curve.png"] if command == "rate-distortion" else []
    assert "no likelihood" in typed(command, run, *extra, code=2).output
