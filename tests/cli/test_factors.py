"""factors: runs measured against known factors, and against each other."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.metrics import disentanglement, unsupervised_disentanglement_ranking
from tests.cli.conftest import QUICK

SIZES = "sizes=(3,2,4,5,5)"


@pytest.fixture(scope="module")
def sprite_runs(typed, tmp_path_factory):
    """Two runs on the same small sprites, by two seeds."""
    folder = tmp_path_factory.mktemp("sprites")
    for seed in (0, 1):
        options = ("--data-option", SIZES, "--set", "network=mlp", "--latent", 3, "--seed", seed, "--no-report", *QUICK)
        typed("fit", "sprites", "--out", folder / str(seed), *options)
    return folder / "0", folder / "1"


@pytest.fixture(scope="module")
def designed(files):
    """The columns of the table beside a dose of four steps and a batch."""
    rng = np.random.default_rng(0)
    rows = [[*rng.normal(size=3).round(4), i % 4, 10 * (i % 3)] for i in range(60)]
    with (files / "designed.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b", "c", "dose", "batch"], *rows])
    return files / "designed.csv"


@pytest.mark.thorough
def test_one_run_on_its_own_data(typed, sprite_runs, tmp_path):
    run = sprite_runs[0]
    output = typed("factors", run, "-o", tmp_path / "found.json").output
    assert "600 of 600 rows of sprites" in output
    assert "beta-VAE" in output
    assert "rotation" in output
    assert "UDR" not in output
    assert "few" not in output
    (found,) = json.loads((tmp_path / "found.json").read_text())["runs"]
    data = lb.data.datasets.sprites(sizes=(3, 2, 4, 5, 5))
    expected = disentanglement(lb.load(run).transform(data), data.factors.values)
    assert found["factors"] == ["shape", "scale", "rotation", "x", "y"]
    for name, value in expected.summary().items():
        assert found[name] == pytest.approx(value, abs=1e-6)
    np.testing.assert_allclose(found["information"], expected.information)


def test_rows_factors_and_the_seed(typed, sprite_runs):
    options = ("factors", sprite_runs[0], "--rows", 200, "--factors", "x,scale", "--json")
    one, other = (json.loads(typed(*options, "--seed", seed).output)[0] for seed in (0, 1))
    assert (one["rows"], one["factors"]) == (200, ["x", "scale"])
    assert one["mutual_information_gap"] != other["mutual_information_gap"]
    assert "Did you mean 'scale'" in typed("factors", sprite_runs[0], "--factors", "scales", code=2).output


@pytest.mark.thorough
def test_several_runs_are_ranked(typed, sprite_runs, tmp_path):
    result = typed("factors", *sprite_runs, "-o", tmp_path / "table.csv", "--factors", "x,y")
    assert "UDR" in result.output
    with (tmp_path / "table.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["run"] for line in lines] == [str(run) for run in sprite_runs]
    data = lb.data.datasets.sprites(sizes=(3, 2, 4, 5, 5))
    expected = unsupervised_disentanglement_ranking([lb.load(run).transform(data) for run in sprite_runs])
    assert [float(line["ranking"]) for line in lines] == pytest.approx(expected, abs=1e-4)
    assert ".csv" in typed("factors", *sprite_runs, "-o", tmp_path / "table.png", code=2).output


@pytest.mark.thorough
def test_runs_on_other_rows_are_not_ranked(typed, sprite_runs, image_run, tmp_path):
    other = tmp_path / "other"
    options = ("--set", "network=mlp", "--latent", 3, "--no-report", *QUICK)
    typed("fit", "sprites", "--data-option", "sizes=(3,2,4,4,4)", "--out", other, *options)
    assert "other rows than" in typed("factors", sprite_runs[0], other, "--factors", "x", code=2).output


def test_factors_are_columns_of_a_file(typed, table_run, designed, tmp_path):
    with designed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    values = np.array([[float(row[name]) for name in ("a", "b", "c", "dose", "batch")] for row in rows])
    np.savez(tmp_path / "designed.npz", x=values[:, :3], dose=values[:, 3], batch=values[:, 4])
    lists = [
        json.loads(typed("factors", table_run, "--data", path, "--factors", "dose, batch", "--json").output)[0]
        for path in (designed, tmp_path / "designed.npz")
    ]
    assert lists[0]["factors"] == ["dose", "batch"]
    for name in ("beta_vae_score", "mutual_information_gap", "informativeness"):
        assert lists[0][name] == pytest.approx(lists[1][name])


def test_data_without_factors_says_what_has_them(typed, table_run, image_run, designed):
    for options in ((table_run,), (image_run, "--factors", "size"), (table_run, "--data", designed)):
        output = typed("factors", *options, code=2).output
        assert "--factors A,B,..." in output or "from columns of a .csv" in output
    assert "no column 'doses'" in typed("factors", table_run, "--data", designed, "--factors", "doses", code=2).output
    assert "60 rows are few" in typed("factors", table_run, "--data", designed, "--factors", "dose").stderr
    output = typed("factors", table_run, "--data", designed, "--factors", "a", code=2).output
    assert "cut it into a few bins" in output
