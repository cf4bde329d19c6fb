"""From data and settings to a model: plans, folders, resuming."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lowerbound.core.storage import sha256
from lowerbound.data import from_arrays
from lowerbound.errors import ConfigError, RunError
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.runs import RunFolder, Settings
from lowerbound.spec import parse
from tests.estimators.small import labels, pictures, split, tiny


def run(folder: Path | None = None, *, resume: bool = False, **changed: Any) -> Fit:
    """Train into a folder, or not."""
    where = None if folder is None else RunFolder(folder)
    if where is not None and not resume:
        where.create()
    return fit(split(), tiny(**changed), folder=where, resume=resume)


def test_what_is_written_describes_the_run(tmp_path: Path) -> None:
    result = run(tmp_path / "run")
    config = RunFolder(tmp_path / "run").read_config()
    assert Settings.make(**config["settings"]) == result.plan.settings
    assert repr(parse(config["spec"]["model"])) == repr(result.plan.model)
    assert repr(parse(config["spec"]["objective"])) == repr(result.plan.objective)
    assert config["data"]["splits"] == {"train": 36, "valid": 4, "test": 0}
    assert config["total_steps"] == 8
    assert config["outcome"] == {"reason": "finished", "step": 8, "complete": True}
    assert config["seeds"] == {"seed": 0}
    assert set(config["versions"]) >= {"lowerbound", "torch", "numpy", "python"}
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 9))
    assert json.loads((tmp_path / "run" / "timing.json").read_text())["sessions"] == 1


def test_a_folder_changes_nothing_in_the_result(tmp_path: Path) -> None:
    assert sha256(run(tmp_path / "run").outcome.best) == sha256(run().outcome.best)


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    run(tmp_path / "a")
    run(tmp_path / "b")
    for name in ("model.safetensors", "metrics.jsonl", "config.json", "checkpoint/step-8.safetensors"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_run_that_ran_out_of_time_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    cut = run(tmp_path / "cut", max_time=1e-9)
    assert not cut.outcome.complete
    assert cut.outcome.reason == "time limit"
    assert cut.outcome.step < 8
    for _ in range(9):
        cut = run(tmp_path / "cut", resume=True, max_time=1e-9)
    assert cut.outcome.reason == "finished"
    assert sha256(cut.outcome.best) == sha256(whole.outcome.best)
    assert (tmp_path / "cut" / "metrics.jsonl").read_bytes() == (tmp_path / "whole" / "metrics.jsonl").read_bytes()
    assert (tmp_path / "cut" / "model.safetensors").read_bytes() == (
        tmp_path / "whole" / "model.safetensors"
    ).read_bytes()


def test_a_finished_run_resumes_to_itself(tmp_path: Path) -> None:
    first = run(tmp_path / "run")
    again = run(tmp_path / "run", resume=True)
    assert sha256(again.outcome.best) == sha256(first.outcome.best)
    assert again.outcome.history.records == first.outcome.history.records


def test_another_length_is_not_resumed(tmp_path: Path) -> None:
    run(tmp_path / "run")
    with pytest.raises(ConfigError, match="was to take 8 steps and is now asked for 10"):
        run(tmp_path / "run", resume=True, epochs=5)


def test_a_folder_with_a_run_is_not_trained_into(tmp_path: Path) -> None:
    run(tmp_path / "run")
    with pytest.raises(RunError, match="holds a run already"):
        fit(split(), tiny(), folder=RunFolder(tmp_path / "run"))


class Heard:
    """Remembers what an observer is told."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        self.said.append(("start", step, total))

    def advance(self, step: int) -> None:
        self.said.append(step)

    def record(self, record: dict[str, float]) -> None:
        self.said.append(("record", record["step"]))

    def finish(self, reason: str) -> None:
        self.said.append(("finish", reason))


def test_observers_are_told_everything_once() -> None:
    heard = Heard()
    fit(split(), tiny(), observers=[heard])
    assert heard.said[0] == ("start", 0, 8)
    assert heard.said[-1] == ("finish", "finished")
    assert [s for s in heard.said if isinstance(s, int)] == list(range(1, 9))
    assert [s[1] for s in heard.said if isinstance(s, tuple) and s[0] == "record"] == list(range(1, 9))


def test_early_stopping_stops_when_nothing_gets_better() -> None:
    result = fit(split(), tiny(epochs=400, learning_rate=0.3, patience=3, ema=0.0, warmup=0.0))
    assert result.outcome.reason == "early stopping"
    values = [record["val/elbo"] for record in result.outcome.history]
    assert int(np.argmax(values)) == len(values) - 4


def test_a_conditional_run_keeps_its_classes(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create()
    fit(split(labels()), tiny(recipe="cvae"), folder=folder)
    config = folder.read_config()
    assert config["conditional"] is True
    assert config["schema"]["classes"] == ["cat", "dog", "eel"]


def test_data_that_draws_its_bits_anew_trains() -> None:
    dataset = from_arrays(pictures(4, 4), binarize="dynamic").split(valid=0.2, test=0.0, seed=0)
    result = fit(dataset, tiny(network="mlp", batch_size=4))
    assert np.isfinite(result.fitted.log_likelihood(dataset.x, None, 4).rows).all()
