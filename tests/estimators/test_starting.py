"""Training that begins with the weights of another run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import lowerbound as lb
from lowerbound.core.storage import read_tensors, sha256
from lowerbound.data import from_arrays
from lowerbound.errors import ConfigError, CorruptRunError, RunError
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.runs import RunFolder, Settings
from tests.estimators.small import labels, split, table, tiny

STILL = 1e-30
"""A learning rate that moves nothing."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two latents and eight hidden units."""
    path = tmp_path_factory.mktemp("first") / "run"
    folder = RunFolder(path)
    folder.create()
    fit(split(), tiny(), folder=folder)
    return path


def after(first: Path, out: Path | None = None, *, resume: bool = False, **changed: Any) -> Fit:
    """Train from the weights of the first run."""
    folder = None if out is None else RunFolder(out)
    if folder is not None and not resume:
        folder.create()
    return fit(split(), tiny(start_from=first, **changed), folder=folder, resume=resume)


def checksum(run: Path) -> str:
    return json.loads((run / "config.json").read_text())["weights"]["sha256"]


def test_a_run_that_does_not_move_ends_with_the_weights_it_began_with(first: Path) -> None:
    there = read_tensors(first / "model.safetensors", checksum(first))
    here = after(first, learning_rate=STILL).outcome.best
    assert all(torch.equal(here[name], value) for name, value in there.items())


def test_training_goes_on_from_there(first: Path) -> None:
    again, anew = after(first).outcome, fit(split(), tiny()).outcome
    assert sha256(again.best) != sha256(anew.best)
    assert again.history.records[0]["val/elbo"] > anew.history.records[0]["val/elbo"]


def test_objective_data_and_optimizer_may_be_others(first: Path) -> None:
    rows = from_arrays(table(60, seed=3)).split(valid=0.1, test=0.0, seed=0)
    result = fit(rows, tiny(start_from=first, objective="IWAE(4)", optimizer="soap", learning_rate=STILL))
    assert repr(result.plan.objective) == "IWAE(4)"
    there = read_tensors(first / "model.safetensors", checksum(first))
    assert all(torch.equal(result.outcome.best[name], value) for name, value in there.items())


def test_the_run_says_whose_weights_it_began_with(first: Path, tmp_path: Path) -> None:
    result = after(first, tmp_path / "second")
    config = RunFolder(tmp_path / "second").read_config()
    assert config["start"] == {"run": str(first), "sha256": checksum(first)}
    assert config["settings"]["start_from"] == str(first)
    assert result.plan.facts()["start"] == f"the weights of {first}"
    assert "start" not in RunFolder(first).read_config()


def test_a_resumed_run_needs_its_checkpoint_alone(first: Path, tmp_path: Path) -> None:
    copy = tmp_path / "first"
    shutil.copytree(first, copy)
    whole = after(copy)
    cut = after(copy, tmp_path / "cut", max_time=1e-9)
    assert not cut.outcome.complete
    shutil.rmtree(copy)
    rest = fit(split(), tiny(start_from=copy), folder=RunFolder(tmp_path / "cut"), resume=True)
    assert sha256(rest.outcome.best) == sha256(whole.outcome.best)
    assert RunFolder(tmp_path / "cut").read_config()["start"]["run"] == str(copy)


def test_without_a_checkpoint_the_start_is_needed_again(first: Path, tmp_path: Path) -> None:
    whole = after(first, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoint")
    again = after(first, tmp_path / "run", resume=True)
    assert sha256(again.outcome.best) == sha256(whole.outcome.best)
    shutil.rmtree(tmp_path / "run" / "checkpoint")
    with pytest.raises(RunError, match="There is no run folder"):
        fit(split(), tiny(start_from=tmp_path / "gone"), folder=RunFolder(tmp_path / "run"), resume=True)


def test_the_estimator_takes_it_as_an_option(first: Path) -> None:
    options = {"start_from": first, "batch_size": 18, "precision": "float32", "compile": "no"}
    vae = lb.VAE(2, hidden=(8,), epochs=1, learning_rate=STILL, random_state=0, options=options).fit(table())
    there = lb.load(first)
    assert vae.spec_["model"] == there.spec_["model"]
    there_codes = there.transform(table())
    assert (vae.transform(table()) == there_codes).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"latent": 3}, r"is 6 x 8 here and 4 x 8 there.*Give the recipe, latent"),
        ({"hidden": (8, 8)}, r"is 4 x 8 here and missing there, and 5 others differ"),
        ({"prior": "vamp-prior"}, r"here and missing there"),
    ],
)
def test_another_model_is_refused(first: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        after(first, **changed)
    assert str(caught.value).startswith(f"start_from={str(first)!r}: this model has other weights than that run: ")


def test_nothing_is_written_when_it_is_refused(first: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        after(first, tmp_path / "second", latent=3)
    assert [path.name for path in (tmp_path / "second").iterdir()] == []


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="There is no run folder"):
        after(tmp_path / "none")


def test_a_run_without_weights_is_refused(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path / "run")
    config = RunFolder(tmp_path / "run").read_config()
    del config["weights"]
    RunFolder(tmp_path / "run").write_config(config)
    with pytest.raises(RunError, match=r"has no model yet: finish it with `lowerbound resume"):
        after(tmp_path / "run")


def test_damaged_weights_are_refused(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path / "run")
    weights = tmp_path / "run" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(CorruptRunError):
        after(tmp_path / "run")


def test_a_recipe_that_is_solved_starts_from_nothing(first: Path) -> None:
    with pytest.raises(ConfigError, match="is solved, wherever it starts"):
        fit(split(), Settings.make(recipe="ppca", latent=2, start_from=first))


def test_labels_of_the_wrong_number_are_other_weights(first: Path) -> None:
    data = split(labels())
    with pytest.raises(ConfigError, match="this model has other weights"):
        fit(data, tiny(recipe="cvae", start_from=first))
