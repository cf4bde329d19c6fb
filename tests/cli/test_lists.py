"""compare, recipes, datasets, doctor."""

from __future__ import annotations

import importlib.metadata
import json

import pytest
import torch

from lowerbound.cli.examination import examine
from lowerbound.data.datasets import names
from lowerbound.runs import known_settings


def test_compare_sorts_by_log_p_and_warns_of_other_rows(typed, table_run, image_run, label_run, tmp_path):
    result = typed("compare", image_run, table_run, label_run)
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["run", "log"]
    assert lines[-1].startswith(str(image_run))
    assert "probabilities" in result.stderr
    rows = json.loads(typed("compare", image_run, table_run, "--json").stdout)
    assert [row["run"] for row in rows] == [str(table_run), str(image_run)]
    assert rows[0]["parameters"] > 0
    assert rows[0]["seconds"] > 0


def test_compare_runs_on_the_same_rows_without_a_word(typed, table_run, label_run):
    assert typed("compare", table_run, label_run).stderr == ""


def test_compare_shows_a_run_that_is_not_evaluated(typed, table_run, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "config.json").write_bytes((table_run / "config.json").read_bytes())
    (bare / "model.safetensors").write_bytes((table_run / "model.safetensors").read_bytes())
    result = typed("compare", bare, table_run)
    assert result.stdout.splitlines()[-1].startswith(str(bare))
    assert f"lowerbound resume {bare}" in result.stderr


def test_compare_needs_runs(typed, tmp_path):
    assert "There is no run" in typed("compare", tmp_path / "nope", code=2).output
    typed("compare", code=2)


def test_components(typed):
    listed = json.loads(typed("components", "--json").output)
    assert {"likelihoods", "posteriors", "priors", "objectives", "networks"} == {row["kind"] for row in listed}
    assert all(row["what"] for row in listed)
    priors = typed("components", "priors").output
    assert "standard-normal" in priors
    assert "negative-binomial" not in priors
    assert "Did you mean 'priors'?" in typed("components", "prior", code=2).output


def test_recipes_and_settings(typed):
    recipes = json.loads(typed("recipes", "--json").output)
    assert {"beta-vae", "cvae", "vae"} <= {r["recipe"] for r in recipes}
    assert all(r["what"] and r["paper"] for r in recipes)
    settings = typed("recipes", "--settings").output
    assert all(f"\n{name} " in settings for name in known_settings())


def test_datasets(typed):
    output = typed("datasets").output
    assert all(f"\n{name} " in output for name in names())
    assert {card["name"] for card in json.loads(typed("datasets", "--json").output)} == set(names())


def test_doctor_looks_at_everything(typed):
    output = typed("doctor").output
    for name in ("python", "torch", "device", "bfloat16", "compilation", "threads", "cache", "tensorboard"):
        assert f" {name} " in output
    assert all({"name", "value", "fine"} <= set(f) for f in json.loads(typed("doctor", "--json").output))


def missing(*absent):
    real = importlib.metadata.version

    def version(name):
        if name in absent:
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    return version


def test_doctor_says_how_to_get_what_is_missing(typed, monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", missing("tensorboard"))
    output = typed("doctor").output
    assert "missing  tensorboard" in output
    assert "pip install 'lowerbound[tensorboard]'" in output


def test_doctor_fails_when_something_needed_is_missing(typed, monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", missing("safetensors"))
    output = typed("doctor", code=1).output
    assert "BROKEN" in output
    assert "pip install safetensors" in output


@pytest.mark.parametrize("broken", ["can_compile", "choose_device"])
def test_doctor_survives_whatever_breaks(typed, monkeypatch, broken):
    def explode(*arguments):
        raise RuntimeError("driver on fire")

    monkeypatch.setattr(f"lowerbound.training.precision.{broken}", explode)
    assert "driver on fire" in typed("doctor").output


def test_doctor_says_how_steps_are_taken_on_a_gpu(monkeypatch):
    monkeypatch.setattr("lowerbound.training.precision.choose_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr("lowerbound.training.precision.has_fast_bfloat16", lambda device: True)
    found = {finding.name: finding for finding in examine()}
    assert "CUDA graphs" in found["compilation"].value
    assert "fast on cuda" in found["bfloat16"].value


def test_doctor_notices_folders_that_do_not_work(monkeypatch, tmp_path):
    monkeypatch.setenv("LOWERBOUND_DATA", str(tmp_path / "nope"))
    monkeypatch.setattr("os.access", lambda *arguments: False)
    found = {finding.name: finding for finding in examine()}
    assert not found["data folder"].fine
    assert "XDG_CACHE_HOME" in found["cache"].remedy
    monkeypatch.setattr("lowerbound.training.precision.can_compile", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "apt-get install g++" in {f.name: f for f in examine()}["compilation"].remedy
