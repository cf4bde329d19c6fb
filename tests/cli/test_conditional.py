"""Runs that are conditioned on labels or covariates."""

from __future__ import annotations

import numpy as np
import pytest

import lowerbound as lb
from tests.cli.conftest import read_table


@pytest.mark.parametrize("name", ["kind", "label"])
def test_sample_given_a_label(typed, label_run, tmp_path, name):
    typed("sample", label_run, "-n", 4, "--seed", 1, "--given", f"{name}=y", "-o", tmp_path / "s.npy")
    drawn = lb.load(label_run).sample(4, given="y", random_state=1)
    np.testing.assert_allclose(np.load(tmp_path / "s.npy"), drawn, rtol=1e-6)


def test_sample_given_covariates(typed, covariate_run, tmp_path):
    given = ("--given", "size=0.7", "--given", "c=-1")
    typed("sample", covariate_run, "-n", 4, "--seed", 1, *given, "-o", tmp_path / "s.npy")
    drawn = lb.load(covariate_run).sample(4, given=[[0.7, -1.0]] * 4, random_state=1)
    np.testing.assert_allclose(np.load(tmp_path / "s.npy"), drawn, rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((), "--given kind=x"),
        (("--given", "kind=z"), "'z'"),
        (("--given", "knd=x"), "Did you mean 'kind'?"),
        (("--given", "kind"), "NAME=VALUE"),
        (("--given", "kind=x", "--given", "kind =y"), "--given kind is given twice"),
    ],
)
def test_a_label_must_be_given_and_known(typed, label_run, tmp_path, given, text):
    assert text in typed("sample", label_run, *given, "-o", tmp_path / "s.npy", code=2).output


@pytest.mark.parametrize(("given", "text"), [(("size=0.5",), "--given c=0.5"), (("size=big", "c=1"), "number")])
def test_all_covariates_must_be_given_as_numbers(typed, covariate_run, tmp_path, given, text):
    said = [word for pair in given for word in ("--given", pair)]
    assert text in typed("sample", covariate_run, *said, "-o", tmp_path / "s.npy", code=2).output


def test_other_runs_take_no_condition(typed, table_run, tmp_path):
    output = typed("sample", table_run, "--given", "kind=x", "-o", tmp_path / "s.npy", code=2).output
    assert "not conditional" in output


@pytest.mark.parametrize("command", ["encode", "reconstruct", "score"])
def test_rows_bring_their_own_labels(typed, label_run, covariate_run, files, tmp_path, command):
    for run, file in ((label_run, "numbers.csv"), (covariate_run, "sizes.csv")):
        typed(command, run, "-o", tmp_path / "own.npy")
        lines = (files / file).read_text().splitlines()[:9]
        (tmp_path / "few.csv").write_text("\n".join(lines) + "\n")
        typed(command, run, tmp_path / "few.csv", "-o", tmp_path / "few.npy")
        np.testing.assert_allclose(np.load(tmp_path / "few.npy"), np.load(tmp_path / "own.npy")[:8], rtol=1e-4)


def test_rows_without_labels_are_refused(typed, label_run, table_run, files, tmp_path):
    header, *lines = (files / "numbers.csv").read_text().splitlines()
    (tmp_path / "bare.csv").write_text("\n".join(",".join(line.split(",")[:3]) for line in [header, *lines]))
    assert "'kind'" in typed("encode", label_run, tmp_path / "bare.csv", "-o", tmp_path / "z.npy", code=2).output
    assert "--label" in typed("encode", label_run, files / "array.npy", "-o", tmp_path / "z.npy", code=2).output
    typed("encode", table_run, tmp_path / "bare.csv", "-o", tmp_path / "z.npy")


def test_decode_given_a_label(typed, label_run, tmp_path):
    np.save(tmp_path / "z.npy", np.array([[0.0], [1.0]]))
    typed("decode", label_run, tmp_path / "z.npy", "--given", "kind=y", "-o", tmp_path / "d.npy")
    expected = lb.load(label_run).inverse_transform(np.array([[0.0], [1.0]]), "y")
    np.testing.assert_allclose(np.load(tmp_path / "d.npy"), expected, rtol=1e-6)


def test_evaluate_and_diagnose(typed, label_run, covariate_run):
    for run in (label_run, covariate_run):
        assert "log p(x)" in typed("evaluate", run, "--samples", 8).output
        assert "active units" in typed("diagnose", run).output


def test_traverse_a_label_or_a_row(typed, label_run, covariate_run, tmp_path):
    typed("traverse", label_run, "--given", "kind=y", "--steps", 3, "-o", tmp_path / "t.csv")
    names, rows = read_table(tmp_path / "t.csv")
    assert names == ["latent", "value", "a", "b", "c"]
    np.testing.assert_allclose(rows[:, :2], [[0, -2.5], [0, 0], [0, 2.5]])
    for run in (label_run, covariate_run):
        typed("traverse", run, "--row", 2, "--steps", 3, "-o", tmp_path / "t.npy")
        assert np.load(tmp_path / "t.npy").shape[:2] == (1, 3)
