"""Files that commands write: drawn values of mixed tables are whole where their columns are."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.cli.files import whole_text
from lowerbound.data import Schema
from tests.cli.conftest import QUICK

MIXED = Schema((3,), "real", column_supports=("real", "count", "binary"))


def test_whole_columns_are_written_as_integers():
    rows = np.array([[0.5, 12.0, 1.0], [2.0, 0.0, 0.0]], dtype=np.float32)
    assert whole_text(rows, MIXED) == [["", "12", "1"], ["", "0", "0"]]
    assert whole_text(rows, MIXED, [["0.50", "", ""], ["", "7", ""]]) == [["0.50", "12", "1"], ["", "7", "0"]]
    assert whole_text(rows, Schema((3,), "real")) is None
    assert whole_text(rows, Schema((3,), "real"), [["a"] * 3]) == [["a"] * 3]


@pytest.fixture(scope="module")
def mixed_run(typed, tmp_path_factory):
    """A run on heights, counts and truth values, chosen by the word."""
    random = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("mixed")
    columns = [random.normal(170, 8, 60).round(1), random.poisson(9, 60), random.integers(0, 2, 60)]
    lines = [",".join(map(str, fields)) for fields in zip(*columns, strict=True)]
    (folder / "t.csv").write_text("\n".join(["height,visits,smoker", *lines]) + "\n")
    output = typed("fit", folder / "t.csv", "--out", folder / "run", "--no-report", "--set", "likelihood=mixed", *QUICK)
    assert "Product of Normal x 1, NegativeBinomial x 1, Bernoulli x 1" in output.output
    return folder / "run"


def test_a_table_of_several_kinds_is_hinted_at(typed, mixed_run, tmp_path):
    output = typed("fit", mixed_run.parent / "t.csv", "--out", tmp_path / "run", "--dry-run").output
    assert "Note: columns 'visits', 'smoker' hold yes or no, counts or classes" in " ".join(output.split())


def fields(path):
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_draws_of_a_mixed_table(typed, mixed_run, tmp_path):
    typed("sample", mixed_run, "-n", 20, "-o", tmp_path / "s.csv")
    drawn = fields(tmp_path / "s.csv")
    assert all("." in height and visits.isdigit() and smoker in "01" for height, visits, smoker in drawn)
    typed("sample", mixed_run, "-n", 20, "-o", tmp_path / "m.csv", "--mean")
    assert all("." in smoker for _, _, smoker in fields(tmp_path / "m.csv"))


def test_gaps_of_a_mixed_table(typed, mixed_run, tmp_path):
    (tmp_path / "g.csv").write_text("height,visits,smoker\n170.30,,\n,11,1\n")
    typed("impute", mixed_run, tmp_path / "g.csv", "-o", tmp_path / "d.csv", "--draw")
    first, second = fields(tmp_path / "d.csv")
    assert first[0] == "170.30"
    assert first[1].isdigit()
    assert first[2] in "01"
    assert second[1:] == ["11", "1"]
    assert 130 < float(second[0]) < 210


def test_impossible_rows_of_a_mixed_table_are_refused(typed, mixed_run, tmp_path):
    (tmp_path / "w.csv").write_text("height,visits,smoker\n170.3,1.5,0\n")
    output = typed("score", mixed_run, tmp_path / "w.csv", "-o", tmp_path / "s.csv", code=2).output
    assert "the value 1.5 in row 0, column 'visits', outside the support of the integers 0, 1, 2" in " ".join(
        output.split()
    )
