from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from lowerbound.core.storage import read_json
from tests.cli.conftest import QUICK

FILES = {"README.md", "config.json", "diagnosis.json", "evaluation.json", "metrics.jsonl", "model.safetensors",
         "report.html", "timing.json", "checkpoint", ".lock"}  # fmt: skip


def test_the_whole_job(typed, tmp_path):
    """Digits, for real: a plan, progress, numbers with units and errors, and every file."""
    out = tmp_path / "run"
    options = ("--epochs", 2, "--set", "channels=(4,)", "--set", "ema=0", "--latent", 2, "--nll-samples", 200)
    result = typed("fit", "digits", "--out", out, *options)
    assert {path.name for path in out.iterdir()} == FILES
    evaluation = read_json(out / "evaluation.json")
    assert (evaluation["split"], evaluation["n_rows"], evaluation["samples"]) == ("test", 180, 200)
    assert read_json(out / "config.json")["data"]["open"]["what"] == "digits"
    printed = (
        "1,437 train, 180 valid, 180 test", "step 44 of 44 (100 %): finished", "ELBO", "nats per row", "bits/dim",
        "Monte Carlo ±", "no dequantisation", "active units", f"Report: {out}/report.html",
    )  # fmt: skip
    for text in printed:
        assert text in result.output
    assert f"{evaluation['elbo']:.2f} ± {evaluation['elbo_error']:.2f}" in result.output
    assert f"{evaluation['log_likelihood']:.3f}" in (out / "README.md").read_text()


def test_results_are_on_standard_output_and_the_rest_is_not(typed, files, tmp_path):
    result = typed("fit", files / "array.npy", "--out", tmp_path / "run", "--no-report", *QUICK)
    assert "finished" in result.stderr
    assert "finished" not in result.stdout
    assert "log p(x)" in result.stdout


def test_quiet_prints_nothing_and_no_report_writes_none(typed, files, tmp_path):
    result = typed("fit", files / "array.npy", "--out", tmp_path / "run", "--quiet", "--no-report", *QUICK)
    assert result.output == ""
    assert not (tmp_path / "run" / "report.html").exists()


def test_dry_run_prints_the_plan_and_writes_nothing(typed, files, tmp_path):
    result = typed("fit", files / "array.npy", "--out", tmp_path / "run", "--dry-run", "--quiet", "--latent", 2)
    for text in ("60 rows of 3 columns, real", "48 train, 6 valid, 6 test", "parameters", "Normal", "ELBO(beta="):
        assert text in result.stdout
    assert not (tmp_path / "run").exists()


def test_options_reach_the_settings(typed, files, tmp_path):
    (tmp_path / "s.toml").write_text("epochs = 1\nclip = 5.0\n")
    typed(
        "fit", files / "array.npy", "--out", tmp_path / "run", "--config", tmp_path / "s.toml", "--no-report", *QUICK,
        "--latent", 2, "--batch-size", 16, "--seed", 3, "--precision", "float32", "--valid-fraction", 0.2,
        "--test-fraction", 0.3, "--max-time", "10m",
    )  # fmt: skip
    config = read_json(tmp_path / "run" / "config.json")
    said = {"latent": 2, "batch_size": 16, "seed": 3, "precision": "float32", "epochs": 3, "clip": 5.0, "max_time": 600}
    assert {name: config["settings"][name] for name in said} == said
    assert config["data"]["splits"] == {"train": 30, "valid": 12, "test": 18}


def test_the_default_folder_is_named_after_data_and_recipe(typed, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    typed("fit", files / "array.npy", "--no-report", *QUICK)
    assert (tmp_path / "runs" / "array-vae" / "evaluation.json").is_file()


@pytest.mark.parametrize(
    ("fractions", "split", "warning"),
    [((0.2, 0), "valid", "chose the weights"), ((0, 0), "train", "training rows, so the numbers are too good")],
)
def test_without_test_rows_it_says_what_it_used(typed, files, tmp_path, fractions, split, warning):
    valid, test = fractions
    out = tmp_path / "run"
    options = ("--valid-fraction", valid, "--test-fraction", test, "--no-report", *QUICK)
    result = typed("fit", files / "array.npy", "--out", out, *options)
    assert warning in result.stdout
    assert read_json(out / "evaluation.json")["split"] == split


def test_three_rows_are_enough(typed, tmp_path):
    np.save(tmp_path / "three.npy", np.array([[0.5], [1.5], [2.5]]))
    typed("fit", tmp_path / "three.npy", "--out", tmp_path / "run", *QUICK)


def test_tensorboard(typed, files, tmp_path):
    out = tmp_path / "run"
    typed("fit", files / "array.npy", "--out", out, "--tensorboard", "--no-report", *QUICK)
    assert list((out / "tensorboard").glob("events.out.tfevents.*"))


def test_a_time_limit_ends_with_a_model_and_its_numbers(typed, files, tmp_path):
    out = tmp_path / "run"
    limit = ("--set", "compile=no", "--epochs", 999, "--max-time", ".001")
    result = typed("fit", files / "array.npy", "--out", out, "--no-report", *QUICK, *limit)
    assert f"lowerbound resume {out}" in result.output
    assert read_json(out / "config.json")["outcome"]["reason"] == "time limit"
    assert (out / "evaluation.json").is_file()


def wrong(typed, *arguments, code=2):
    return typed("fit", *arguments, code=code).output


def test_paths_and_names_that_do_not_exist(typed, tmp_path):
    assert "nope.csv does not exist" in wrong(typed, tmp_path / "nope.csv")
    assert "Did you mean 'digits'?" in wrong(typed, "digit")
    assert "Did you mean 'vae'?" in wrong(typed, "digits", "--recipe", "vea")
    assert "Did you mean 'latent'?" in wrong(typed, "digits", "--set", "latnt=3")
    assert "Did you mean 'seed'?" in wrong(typed, "digits", "--data-option", "sed=3")
    assert "nope.toml" in wrong(typed, "digits", "--config", tmp_path / "nope.toml")


def test_columns_that_do_not_exist_or_are_text(typed, files):
    assert "Did you mean 'kind'?" in wrong(typed, files / "table.csv", "--label", "knd")
    assert "column 'kind'" in wrong(typed, files / "table.csv")
    assert "--label" in wrong(typed, files / "array.npy", "--recipe", "cvae")


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (("--latent", "0"), "latent"),
        (("--set", "latent"), "key=value"),
        (("--set", "hidden=big"), "hidden"),
        (("--set", "likelihood=bernoulli"), "real data"),
        (("--set", "beta=Linear(0, 1, 99999)"), "99999"),
        (("--set", "beta=Nonsense(3)"), "Nonsense"),
        (("--device", "nowhere"), "nowhere"),
        (("--precision", "float8"), "precision"),
        (("--max-time", "soon"), "90s"),
        (("--test-fraction", "1.5"), "test_fraction"),
        (("--epochs", "many"), "--epochs"),
    ],
)
def test_settings_that_cannot_be(typed, files, tmp_path, option, text):
    assert text in wrong(typed, files / "array.npy", "--out", tmp_path / "run", *option)
    assert not (tmp_path / "run").exists()


def bad_table(tmp_path, text):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3,\n5,6\n", "row 1, column 'b'"),
        ("a,b\n1,2\n3,inf\n5,6\n", "inf in row 1"),
        ("a,b\n1,2\n3,old\n", "column 'b': 'old'"),
        ("a,b\n1,2\n3\n", "row 1"),
        ("", "empty"),
        ("a,b\n", "0 sample(s)"),
        ("a,b\n1.5,2.5\n", "1 row"),
    ],
)
def test_bad_tables_name_the_place(typed, tmp_path, text, expected):
    assert expected in wrong(typed, bad_table(tmp_path, text), "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_constant_column_is_noted(typed, tmp_path):
    table = bad_table(tmp_path, "a,b\n" + "".join(f"{i}.5,7\n" for i in range(20)))
    output = typed("fit", table, "--out", tmp_path / "run", "--no-report", *QUICK).output
    assert "Note: " in output
    assert "column 'b'" in output


def test_unreadable_files(typed, tmp_path):
    for name in ("bad.npy", "bad.npz", "bad.csv", "bad.parquet"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00 nonsense \x80")
        assert name in wrong(typed, tmp_path / name)
    (tmp_path / "bad.xyz").write_text("?")
    assert "unknown kind '.xyz'" in wrong(typed, tmp_path / "bad.xyz")


def test_images_that_cannot_be_used(typed, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    assert "no images" in wrong(typed, folder)
    for name, size in (("a.png", (8, 8)), ("b.png", (9, 8))):
        Image.new("L", size).save(folder / name)
    assert "b.png is 9 x 8" in wrong(typed, folder)
    (folder / "b.png").write_bytes(b"not an image")
    assert "b.png is not a readable image" in wrong(typed, folder)
    np.save(tmp_path / "big.npy", np.full((5, 4, 4), 300))
    assert "300" in wrong(typed, tmp_path / "big.npy")


def test_a_second_run_leaves_the_first_as_it_is(typed, files, tmp_path, image_run):
    before = {path.name: path.read_bytes() for path in image_run.iterdir() if path.is_file()}
    assert "holds a run already" in wrong(typed, files / "array.npy", "--out", image_run, code=1)
    wrong(typed, files / "array.npy", "--out", image_run, "--overwrite", "--set", "beta=Linear(0, 1, 99999)")
    wrong(typed, tmp_path / "nope.npy", "--out", image_run, "--overwrite")
    assert {path.name: path.read_bytes() for path in image_run.iterdir() if path.is_file()} == before


def test_overwrite_replaces_a_run_and_nothing_else(typed, files, tmp_path):
    out = tmp_path / "run"
    typed("fit", files / "array.npy", "--out", out, *QUICK)
    typed("fit", files / "array.npy", "--out", out, "--overwrite", "--no-report", "--seed", 1, *QUICK)
    assert read_json(out / "config.json")["seeds"] == {"seed": 1}
    assert not (out / "report.html").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("keep")
    assert "mine.txt" in wrong(typed, files / "array.npy", "--out", other, "--overwrite", code=1)


def test_a_folder_that_another_process_writes_to(typed, files, tmp_path):
    from lowerbound.runs import RunFolder

    out = tmp_path / "run"
    out.mkdir()
    with RunFolder(out).writing():
        assert "Another process" in wrong(typed, files / "array.npy", "--out", out, code=1)


def test_a_folder_that_cannot_be_made_or_written(typed, files, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    assert "is a file" in wrong(typed, files / "array.npy", "--out", tmp_path / "file", code=1)

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    assert "Permission denied" in wrong(typed, files / "array.npy", "--out", tmp_path / "run", code=1)


def test_a_full_disk_is_said_to_be_full(typed, files, tmp_path, monkeypatch):
    def refuse(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    assert "No space left on device" in wrong(typed, files / "array.npy", "--out", tmp_path / "run", *QUICK, code=1)


def test_divergence_fails_with_a_remedy(typed, tmp_path):
    np.save(tmp_path / "huge.npy", np.array([[1.0], [2.0], [3.0]] * 10))
    output = wrong(
        typed, tmp_path / "huge.npy", "--out", tmp_path / "run", "--set", "learning_rate=1e30", "--precision",
        "float32", "--epochs", 300, "--set", "learning_rate_warmup=0", code=1,
    )  # fmt: skip
    assert "diverged" in output
    assert "learning rate" in output


def test_offline_a_download_names_the_folder_option(typed, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("LOWERBOUND_DATA", raising=False)

    def refuse(*arguments, **options):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    assert "--data-dir" in wrong(typed, "mnist", "--out", tmp_path / "run", code=1)


def test_evaluation_is_of_rows_that_were_not_trained_on(typed, files, tmp_path):
    out = tmp_path / "run"
    typed("fit", files / "array.npy", "--out", out, "--no-report", *QUICK)
    splits = json.loads((out / "config.json").read_text())["data"]["splits"]
    assert splits["test"] == read_json(out / "evaluation.json")["n_rows"]


def test_start_from_begins_with_the_weights_of_another_run(typed, files, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    typed("fit", files / "array.npy", "--out", first, "--no-report", *QUICK)
    options = ("--start-from", first, "--set", "learning_rate=1e-30", "--no-report", *QUICK)
    result = typed("fit", files / "array.npy", "--out", second, *options)
    assert f"the weights of {first}" in " ".join(result.stderr.split())
    assert (second / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("options", "text", "code"), [((), "There is no run folder", 1), (("--latent", 7), "other weights", 2)]
)
def test_a_run_to_start_from_that_does_not_fit_is_refused(typed, files, tmp_path, options, text, code):
    first = tmp_path / "first"
    if options:
        typed("fit", files / "array.npy", "--out", first, "--no-report", *QUICK)
    out = tmp_path / "second"
    start = ("fit", files / "array.npy", "--out", out, *QUICK, "--start-from", first, *options)
    assert text in typed(*start, code=code).output
    assert not out.exists()
