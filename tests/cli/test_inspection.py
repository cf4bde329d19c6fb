"""The commands that look into a model: impute, gaps, check, rate-distortion."""

from __future__ import annotations

import json
import shutil

import numpy as np
import polars as pl
import pytest

import lowerbound as lb
from lowerbound.core.storage import read_json
from tests.cli.conftest import QUICK, read_table, size_of


def test_impute_fills_the_gaps_of_a_table(typed, table_run, files, tmp_path):
    lines = (files / "numbers.csv").read_text().splitlines()[:21]
    fields = [line.split(",") for line in lines]
    fields[3][0], fields[7][2] = "", "NA"
    (tmp_path / "gaps.csv").write_text("\n".join(map(",".join, fields)) + "\n")
    assert "20 rows of 3" in typed("impute", table_run, tmp_path / "gaps.csv", "-o", tmp_path / "out.csv").output
    names, filled = read_table(tmp_path / "out.csv")
    assert names == ["a", "b", "c"]
    assert np.isfinite(filled).all()
    assert filled[0].tolist() == [float(v) for v in fields[1][:3]]
    vae = lb.load(table_run)
    np.testing.assert_allclose(filled, vae.impute(tmp_path / "gaps.csv"), rtol=1e-5, atol=1e-5)
    typed("impute", table_run, tmp_path / "gaps.csv", "--draw", "--seed", 1, "-o", tmp_path / "one.csv")
    assert read_table(tmp_path / "one.csv")[1][2, 0] != filled[2, 0]


def test_impute_leaves_the_text_of_what_is_there(typed, table_run, tmp_path):
    (tmp_path / "gaps.csv").write_text('c,kind,a,b\n16777779,x,0.8216,\n 1e3 ,y,-2,"007"\n?,x,1,0.10\n')
    typed("impute", table_run, tmp_path / "gaps.csv", "-o", tmp_path / "out.csv", "--samples", 20)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "a,b,c"
    assert (lines[1].split(",")[0], lines[1].split(",")[2]) == ("0.8216", "16777779")
    assert lines[2] == "-2,007,1e3"
    assert lines[3].startswith("1,0.10,")


def test_impute_leaves_the_numbers_of_what_is_there(typed, table_run, tmp_path):
    pl.DataFrame({"b": [0.8216, None], "a": [16777779, 3], "c": [None, 0.1]}).write_parquet(tmp_path / "gaps.parquet")
    typed("impute", table_run, tmp_path / "gaps.parquet", "-o", tmp_path / "out.csv", "--samples", 20)
    rows = read_table(tmp_path / "out.csv")[1]
    assert (rows[0, :2].tolist(), rows[1, ::2].tolist()) == ([16777779, 0.8216], [3, 0.1])
    assert np.isfinite(rows).all()
    typed("impute", table_run, tmp_path / "gaps.parquet", "-o", tmp_path / "out.npy", "--samples", 20)
    assert np.load(tmp_path / "out.npy")[0, :2].tolist() == [16777779, 0.8216]


def test_impute_draws_whole_numbers_of_discrete_data(typed, tmp_path):
    bits = np.random.default_rng(0).integers(0, 2, (40, 4))
    (tmp_path / "bits.csv").write_text("\n".join(",".join(map(str, row)) for row in bits))
    typed("fit", tmp_path / "bits.csv", "--out", tmp_path / "run", "--no-report", *QUICK)
    (tmp_path / "gaps.csv").write_text("1,,0,\n,1,1,0\n")
    typed("impute", tmp_path / "run", tmp_path / "gaps.csv", "--draw", "-o", tmp_path / "one.csv")
    assert "." not in (tmp_path / "one.csv").read_text()
    typed("impute", tmp_path / "run", tmp_path / "gaps.csv", "--draw", "-o", tmp_path / "one.npy")
    assert np.load(tmp_path / "one.npy").dtype.kind in "iu"
    typed("impute", tmp_path / "run", tmp_path / "gaps.csv", "-o", tmp_path / "means.npy")
    assert np.load(tmp_path / "means.npy").dtype.kind == "f"


def test_impute_refuses_what_it_cannot_read(typed, table_run, label_run, files, tmp_path):
    assert "unknown kind" in typed("impute", table_run, files / "x.mat", "-o", tmp_path / "o.csv", code=2).output
    assert "cannot be read" in typed("impute", table_run, tmp_path / "no.npy", "-o", tmp_path / "o.csv", code=2).output
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert (
        "no column 'c'" in typed("impute", table_run, tmp_path / "other.csv", "-o", tmp_path / "o.csv", code=2).output
    )
    output = typed("impute", label_run, files / "numbers.csv", "-o", tmp_path / "o.csv", code=2).output
    assert "impute(X, y)" in output


def test_gaps(typed, table_run):
    output = typed("gaps", table_run, "--rows", 4, "--steps", 5, "--samples", 20).output
    assert "amortisation gap" in output
    assert "4 of 6 test rows" in output
    numbers = json.loads(typed("gaps", table_run, "--rows", 4, "--steps", 5, "--samples", 20, "--json").output)
    assert numbers["amortisation_gap"] >= 0
    assert abs(numbers["total_gap"] - numbers["amortisation_gap"] - numbers["approximation_gap"]) < 1e-9
    assert numbers["rows"] == 4


def test_check(typed, table_run, files):
    output = typed("check", table_run, "--split", "all", "--replicates", 19).output
    assert "correlations" in output
    assert "does not reproduce" in output or "Nothing stands out" in output
    found = json.loads(typed("check", table_run, "--split", "all", "--replicates", 19, "--json").output)
    assert found["rows"] == 60
    assert all(0 < check["p_value"] <= 1 for check in found["checks"])
    assert {"a", "b", "c"} >= {check["worst"] for check in found["checks"] if check["statistic"] == "mean"}


@pytest.mark.thorough
def test_rate_distortion(typed, table_run, tmp_path):
    options = ("--rows", 3, "--chains", 4, "--temperatures", 10)
    assert "points" in typed("rate-distortion", table_run, *options, "-o", tmp_path / "curve.png").output
    width, height = size_of(tmp_path / "curve.png")
    assert width > 600
    assert height > 400
    typed("rate-distortion", table_run, *options, "-o", tmp_path / "curve.json")
    typed("rate-distortion", table_run, *options, "-o", tmp_path / "curve.csv")
    found = read_json(tmp_path / "curve.json")
    names, values = read_table(tmp_path / "curve.csv")
    assert names == ["beta", "rate", "distortion", "rate_error", "distortion_error"]
    np.testing.assert_allclose(values[:, 1], found["curve"]["rate"], rtol=1e-5, atol=1e-6)
    assert found["model"]["rate"] > 0
    wrong = typed("rate-distortion", table_run, *options, "-o", tmp_path / "curve.pdf", code=2).output
    assert ".png" in wrong


def test_evaluate_says_how_heavy_the_tail_of_the_weights_is(typed, table_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(table_run, run)
    output = typed("evaluate", run, "--samples", 200).output
    assert "Pareto k" in output
    numbers = json.loads(typed("evaluate", run, "--samples", 200, "--json").output)
    assert 0 <= numbers["untrusted"] <= 1
    assert (numbers["warning"] is None) == (numbers["untrusted"] == 0)
    few = json.loads(typed("evaluate", run, "--samples", 5, "--json").output)
    assert few["median_pareto_k"] is None
