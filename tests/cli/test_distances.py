"""``lowerbound distances``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.cli.conftest import QUICK


def test_a_table(typed, table_run):
    output = typed("distances", table_run, "--split", "all").output
    assert "by standardised columns" in output
    assert "Frechet distance" in output
    assert "30 drawn rows" in output
    assert "told from the data" in output or "No test tells" in output
    assert "KL(q(z) || p(z))" in output


def test_json_and_the_seed(typed, table_run):
    options = ("--split", "all", "--samples", 20, "--json")
    found = json.loads(typed("distances", table_run, *options).output)
    assert (found["rows"], found["features"]) == (20, "standardised columns")
    assert set(found["model"]) == set(found["data"])
    assert 0 < found["model"]["mmd"]["p_value"] <= 1
    assert found["aggregate_gaps"][0]["rows"] == 40
    assert found == json.loads(typed("distances", table_run, *options).output)
    assert found != json.loads(typed("distances", table_run, *options, "--seed", 1).output)


def test_other_data_and_too_few_rows(typed, table_run, tmp_path):
    values = np.random.default_rng(1).normal(size=(50, 3))
    np.savetxt(tmp_path / "other.csv", values, delimiter=",", header="a,b,c", comments="")
    assert "25 drawn rows, 50 rows of other" in typed("distances", table_run, tmp_path / "other.csv").output
    assert "at least 40 rows; got 6. Give more (--split all)" in typed("distances", table_run, code=2).output


@pytest.fixture(scope="module")
def digits_run(typed, tmp_path_factory):
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("labelled")
    y = np.arange(120) % 2
    x = np.clip(4 * y[:, None, None] + rng.integers(0, 5, (120, 8, 8)), 0, 16).astype(np.uint8)
    np.savez(folder / "images.npz", x=x, y=y)
    options = ("--label", "y", "--no-report", "--set", "network=mlp", *QUICK)
    typed("fit", folder / "images.npz", "--out", folder / "run", *options)
    return folder / "run"


@pytest.mark.thorough
def test_features_of_a_classifier(typed, digits_run):
    found = json.loads(typed("distances", digits_run, "--split", "all", "--features", "classifier", "--json").output)
    assert found["features"].startswith("LeNet trained on ")
    assert found["model"]["frechet"]["name"].startswith("Frechet distance (LeNet trained on ")
    assert found["model"]["frechet"]["value"] > found["data"]["frechet"]["value"]


def test_a_classifier_needs_labelled_images(typed, table_run):
    output = typed("distances", table_run, "--split", "all", "--features", "classifier", code=2).output
    assert "labelled images" in output
    assert "Did you mean 'pixels'" in typed("distances", table_run, "--features", "pixel", code=2).output
