"""``lowerbound refit-prior``: a new run beside the old one."""

from __future__ import annotations

import numpy as np

import lowerbound as lb
from lowerbound.core.storage import read_json


def test_the_new_run_has_the_new_prior_and_its_own_numbers(typed, table_run, tmp_path):
    before = {path.name: path.read_bytes() for path in table_run.iterdir() if path.is_file()}
    prior = "NormalMixture(components=2)"
    new = tmp_path / "new"
    output = typed("refit-prior", table_run, "--prior", prior, "-o", new, "--samples", 8, "--no-report").output
    assert "nats on rows that were kept from the fit" in output
    assert {path.name: path.read_bytes() for path in table_run.iterdir() if path.is_file()} == before
    config = read_json(new / "config.json")
    assert config["settings"]["prior_after"] == prior
    assert config["data"] == read_json(table_run / "config.json")["data"]
    numbers, old = (read_json(run / "evaluation.json") for run in (new, table_run))
    assert (numbers["n_rows"], numbers["split"]) == (old["n_rows"], old["split"]) == (6, "test")
    assert numbers["elbo"] != old["elbo"]
    assert numbers["distortion"] == old["distortion"]
    assert "prior_after=NormalMixture(components=2)" in (new / "README.md").read_text()


def test_it_can_be_asked_everything(typed, table_run, tmp_path):
    typed("refit-prior", table_run, "--prior", "NormalMixture(components=2)", "-o", tmp_path / "new", "--samples", 8)
    assert (tmp_path / "new" / "report.html").is_file()
    typed("sample", tmp_path / "new", "-n", 5, "-o", tmp_path / "rows.npy", "--seed", 1)
    made = lb.load(tmp_path / "new")
    np.testing.assert_allclose(np.load(tmp_path / "rows.npy"), made.sample(5, random_state=1), rtol=1e-6)
    assert "log p(x)" in typed("evaluate", tmp_path / "new", "--samples", 8).output


def test_other_rows_can_be_given(typed, image_run, files, tmp_path):
    output = typed(
        "refit-prior", image_run, files / "images.npy", "--prior", "VampPrior(components=3)", "-o", tmp_path / "new",
        "--split", "valid", "--samples", 8, "--no-report",
    ).output  # fmt: skip
    assert "nats" in output
    assert "VampPrior" in read_json(tmp_path / "new" / "config.json")["spec"]["model"]


def test_labels_condition_the_new_prior(typed, label_run, tmp_path):
    typed("refit-prior", label_run, "--prior", "NormalMixture(components=2)", "-o", tmp_path / "new", "--samples", 8)
    assert "Conditional(NormalMixture" in read_json(tmp_path / "new" / "config.json")["spec"]["model"]


def test_a_run_is_not_overwritten_and_a_wrong_name_leaves_nothing_behind(typed, table_run, tmp_path):
    assert "holds a run already" in typed("refit-prior", table_run, "-o", table_run, code=1).output
    assert "There is no prior" in typed(
        "refit-prior", table_run, "--prior", "normal", "-o", tmp_path / "new", code=2
    ).output  # fmt: skip
    assert not (tmp_path / "new" / "config.json").exists()
