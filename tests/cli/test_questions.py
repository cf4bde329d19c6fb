"""The commands that ask a run something: evaluate, diagnose, report, sample, encode, decode, reconstruct, score."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.core.storage import read_json
from tests.cli.conftest import read_table, size_of


def test_evaluate_the_runs_own_test_rows_and_keep_the_better_estimate(typed, table_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(table_run, run)
    output = typed("evaluate", run, "--samples", 20).output
    assert f"{run} on 6 test rows of numbers" in output
    assert "S = 20" in output
    assert read_json(run / "evaluation.json")["samples"] == 20
    assert "S = 20" in (run / "README.md").read_text()
    typed("evaluate", run, "--samples", 10)
    assert read_json(run / "evaluation.json")["samples"] == 20


def test_evaluate_from_adapted_proposals_and_keep_that(typed, table_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(table_run, run)
    typed("evaluate", run, "--samples", 2000)
    output = typed("evaluate", run, "--samples", 30, "--proposal", "adapted").output
    assert "from proposals adapted to each row with S = 30" in " ".join(output.split())
    typed("evaluate", run, "--samples", 3000)
    numbers = read_json(run / "evaluation.json")
    assert (numbers["samples"], numbers["proposal"]) == (30, "adapted")
    compared = typed("compare", run, table_run).output
    assert "30 adapted" in compared
    assert "proposals adapted to each row for some" in " ".join(compared.split())
    assert "'best'" in typed("evaluate", run, "--proposal", "best", code=2).output


def test_evaluate_prints_the_estimators_numbers_as_json(typed, table_run, files):
    numbers = json.loads(typed("evaluate", table_run, "--samples", 20, "--split", "all", "--json").output)
    vae = lb.load(table_run)
    x = lb.data.open_data(files / "numbers.csv", label="kind").x
    assert numbers["log_likelihood"] == pytest.approx(vae.log_likelihood(x, samples=20).value)
    assert (numbers["n_rows"], numbers["split"]) == (60, "all")


def test_evaluate_other_data_keeps_nothing(typed, table_run, files, tmp_path):
    before = (table_run / "evaluation.json").read_bytes()
    lines = (files / "numbers.csv").read_text().splitlines()[:11]
    (tmp_path / "other.csv").write_text("\n".join(lines) + "\n")
    assert "10 rows of other" in typed("evaluate", table_run, tmp_path / "other.csv", "--samples", 9).output
    assert (table_run / "evaluation.json").read_bytes() == before


def test_evaluate_knows_its_own_data_by_its_rows(typed, table_run, files, tmp_path):
    shutil.copy(files / "numbers.csv", tmp_path / "copy.csv")
    assert "6 test rows of copy" in typed("evaluate", table_run, tmp_path / "copy.csv", "--samples", 2).output


def test_evaluate_in_a_folder_that_cannot_be_written_still_prints(typed, table_run, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    output = typed("evaluate", table_run, "--samples", 500).output
    assert "log p(x)" in output
    assert "Not kept: " in output


def test_evaluate_refuses_other_shapes_and_names(typed, table_run, image_run, files, tmp_path):
    np.save(tmp_path / "wide.npy", np.ones((5, 7)) * 0.5)
    assert "7 features" in typed("evaluate", table_run, tmp_path / "wide.npy", code=2).output
    np.save(tmp_path / "large.npy", np.full((5, 9, 9), 3, np.uint8))
    assert "9" in typed("evaluate", image_run, tmp_path / "large.npy", code=2).output
    assert "no column 'b'" in typed("evaluate", table_run, _renamed(files, tmp_path), code=2).output
    assert "Did you mean 'test'?" in typed("evaluate", table_run, "--split", "tst", code=2).output
    assert "--samples" in typed("evaluate", table_run, "--samples", 0, code=2).output


def _renamed(files, tmp_path):
    path = tmp_path / "renamed.csv"
    path.write_text((files / "numbers.csv").read_text().replace("a,b,c", "a,beta,c", 1))
    return path


def test_a_run_saved_from_memory_needs_data(typed, tmp_path, files):
    x = np.load(files / "array.npy")
    lb.VAE(1, hidden=(4,), epochs=1, random_state=0).fit(x).save(tmp_path / "saved")
    assert "name DATA" in typed("evaluate", tmp_path / "saved", code=2).output
    assert "60 rows" in typed("evaluate", tmp_path / "saved", files / "array.npy", "--samples", 2).output
    assert "nothing to resume" in typed("resume", tmp_path / "saved", "--no-report").output


def test_diagnose(typed, table_run):
    output = typed("diagnose", table_run).output
    assert "active units" in output
    assert "\n- " in output
    numbers = json.loads(typed("diagnose", table_run, "--json").output)
    assert numbers == read_json(table_run / "diagnosis.json")
    assert numbers["train_elbo"] is not None


def test_diagnose_other_data_has_no_training_rows_to_compare(typed, table_run, files, tmp_path):
    lines = (files / "numbers.csv").read_text().splitlines()[:11]
    (tmp_path / "other.csv").write_text("\n".join(lines) + "\n")
    numbers = json.loads(typed("diagnose", table_run, tmp_path / "other.csv", "--json").output)
    assert (numbers["n_rows"], numbers["train_elbo"]) == (10, None)


def test_report(typed, image_run, files, tmp_path):
    before = (image_run / "report.html").read_bytes()
    assert str(image_run / "report.html") in typed("report", image_run, "--samples", 8).output
    typed("report", image_run, files / "images.npy", "-o", tmp_path / "page.html", "--samples", 8)
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
    assert len((image_run / "report.html").read_bytes()) == pytest.approx(len(before), rel=0.2)


def test_sample_is_what_the_estimator_draws(typed, table_run, tmp_path):
    typed("sample", table_run, "-n", 5, "--seed", 1, "-o", tmp_path / "s.csv")
    names, rows = read_table(tmp_path / "s.csv")
    assert names == ["a", "b", "c"]
    np.testing.assert_allclose(rows, lb.load(table_run).sample(5, random_state=1), rtol=1e-6)


def test_discrete_samples_are_integers_and_means_are_not(typed, image_run, tmp_path):
    typed("sample", image_run, "-n", 5, "-o", tmp_path / "s.npy")
    typed("sample", image_run, "-n", 5, "--mean", "-o", tmp_path / "m.npz")
    samples, means = np.load(tmp_path / "s.npy"), np.load(tmp_path / "m.npz")["x"]
    assert (samples.dtype, samples.shape, means.shape) == (np.uint8, (5, 1, 8, 8), (5, 1, 8, 8))
    assert samples.max() <= 16
    assert means.dtype == np.float32


def test_images_become_a_picture_large_enough_to_see(typed, image_run, tmp_path):
    assert "5 images" in typed("sample", image_run, "-n", 5, "-o", tmp_path / "s.png").output
    assert size_of(tmp_path / "s.png") == (3 * 50, 2 * 50)


def test_encode_then_decode_is_reconstruct(typed, table_run, tmp_path):
    typed("encode", table_run, "-o", tmp_path / "z.csv")
    assert read_table(tmp_path / "z.csv")[0] == ["z0"]
    typed("decode", table_run, tmp_path / "z.csv", "-o", tmp_path / "d.csv")
    typed("reconstruct", table_run, "-o", tmp_path / "r.parquet")
    import pandas as pd

    reconstructed = pd.read_parquet(tmp_path / "r.parquet")
    names, decoded = read_table(tmp_path / "d.csv")
    assert list(reconstructed) == names == ["a", "b", "c"]
    np.testing.assert_allclose(reconstructed.to_numpy(), decoded, rtol=1e-5)


def test_rows_come_in_their_order_and_columns_by_their_name(typed, table_run, files, tmp_path):
    header, *lines = (files / "numbers.csv").read_text().splitlines()
    (tmp_path / "plain.csv").write_text("\n".join(["c,b,a", *(",".join(line.split(",")[2::-1]) for line in lines)]))
    typed("encode", table_run, "-o", tmp_path / "own.npy")
    typed("encode", table_run, tmp_path / "plain.csv", "-o", tmp_path / "plain.npy")
    np.testing.assert_allclose(np.load(tmp_path / "own.npy"), np.load(tmp_path / "plain.npy"), rtol=1e-5)
    typed("encode", table_run, "--split", "test", "-o", tmp_path / "test.npy")
    assert len(np.load(tmp_path / "test.npy")) == 6


def test_reconstructions_stand_below_their_originals(typed, image_run, tmp_path):
    output = typed("reconstruct", image_run, "--pairs", 3, "-o", tmp_path / "r.png").output
    assert "3 images above their reconstructions" in output
    assert size_of(tmp_path / "r.png") == (3 * 50, 2 * 50)


def test_score(typed, table_run, files, tmp_path):
    typed("score", table_run, "-o", tmp_path / "p.csv")
    names, rows = read_table(tmp_path / "p.csv")
    x = lb.data.open_data(files / "numbers.csv", label="kind").x
    assert names == ["log_p"]
    np.testing.assert_allclose(rows[:, 0], lb.load(table_run).score_samples(x), rtol=1e-5)
    typed("score", table_run, "--proposal", "adapted", "--samples", 50, "-o", tmp_path / "a.csv")
    expected = lb.load(table_run).log_likelihood(x, samples=50, proposal="adapted").rows
    np.testing.assert_allclose(read_table(tmp_path / "a.csv")[1][:, 0], expected, rtol=1e-5)
    typed("score", table_run, "--samples", 4, "--errors", "-o", tmp_path / "e.csv")
    names, rows = read_table(tmp_path / "e.csv")
    assert names == ["log_p", "log_p_error", "ess"]
    assert ((rows[:, 2] >= 1) & (rows[:, 2] <= 4)).all()


@pytest.mark.parametrize("command", ["sample", "encode", "reconstruct", "score", "traverse"])
def test_files_that_cannot_be_written_are_refused_before_the_work(typed, table_run, tmp_path, command):
    assert "'.csv'" in typed(command, table_run, "-o", tmp_path / "x.cvs", code=2).output
    assert "only images" in typed(command, table_run, "-o", tmp_path / "x.png", code=2).output
    assert "Missing option" in typed(command, table_run, code=2).output


def test_a_folder_that_does_not_exist(typed, table_run, tmp_path):
    assert "Cannot write" in typed("sample", table_run, "-o", tmp_path / "nope" / "s.npy", code=2).output


def test_codes_of_another_width(typed, table_run, files, tmp_path):
    output = typed("decode", table_run, files / "array.npy", "-o", tmp_path / "d.npy", code=2).output
    assert "3 features" in output


def test_a_damaged_run_fails(typed, table_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(table_run, run)
    weights = bytearray((run / "model.safetensors").read_bytes())
    weights[-3] ^= 1
    (run / "model.safetensors").write_bytes(weights)
    assert "damaged" in typed("sample", run, "-o", tmp_path / "s.npy", code=1).output
