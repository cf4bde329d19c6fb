"""Recipes that are solved instead of trained: what is recorded, when they stop, what they refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.core.storage import sha256
from lowerbound.data import Dataset, from_arrays, open_data
from lowerbound.errors import DataError, DivergenceError
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.estimators.planning import make_plan
from lowerbound.estimators.solving import solve
from lowerbound.runs import RunFolder, Settings
from tests.estimators.small import pictures, table

SOLVED = ["ppca", "factor-analysis", "sparse-coding"]


def data() -> Dataset:
    return from_arrays(table()).split(valid=0.1, test=0.0, seed=0)


def run(folder: Path | None = None, *, recipe: str = "ppca", resume: bool = False, **changed: Any) -> Fit:
    where = None if folder is None else RunFolder(folder)
    if where is not None and not resume:
        where.create()
    return fit(data(), Settings.make(recipe=recipe, latent=2, **changed), folder=where, resume=resume)


@pytest.mark.parametrize("recipe", SOLVED)
def test_a_record_a_step_and_no_checkpoint(tmp_path: Path, recipe: str) -> None:
    result = run(tmp_path / "run", recipe=recipe)
    records = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert records == result.outcome.history.records
    assert [record["step"] for record in records] == list(range(1, result.outcome.step + 1))
    assert all(set(record) == {"step", "train/elbo"} for record in records[:-1])
    assert set(records[-1]) == {"step", "train/elbo", "val/elbo", "val/rate", "val/distortion"}
    assert not (tmp_path / "run" / "checkpoint").exists()
    config = RunFolder(tmp_path / "run").read_config()
    assert config["outcome"]["complete"] is True
    assert config["schema"]["support"] == "real"


@pytest.mark.thorough
@pytest.mark.parametrize("recipe", SOLVED)
def test_it_goes_the_way_of_any_model(tmp_path: Path, recipe: str) -> None:
    x = table()
    vae = lb.VAE(2, recipe=recipe, random_state=0).fit(x, out=tmp_path / "out")
    vae.save(tmp_path / "saved")
    for name in ("out", "saved"):
        again = lb.load(tmp_path / name)
        assert np.array_equal(again.score_samples(x), vae.score_samples(x))
        assert np.array_equal(again.transform(x), vae.transform(x))
        assert again.n_iter_ == vae.n_iter_
    assert vae.sample(3, random_state=1).shape == (3, 4)
    assert vae.inverse_transform(vae.transform(x)) == pytest.approx(vae.reconstruct(x))
    evaluation = vae.evaluate(x, samples=5)
    assert evaluation.log_likelihood.ess.min() > 4.99
    assert evaluation.bits_per_dim is None
    assert len(vae.diagnose(x).active) == 2
    vae.report(tmp_path / "report.html", x)
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_it_stops_when_nothing_is_gained() -> None:
    values = [record["train/elbo"] for record in run().outcome.history]
    assert run().outcome.reason == "converged"
    gains = np.diff(values)
    assert gains[-1] <= 1e-8 * abs(values[-1])
    assert (gains[:-1] > 1e-8 * abs(values[-1])).all()


def test_epochs_are_the_most_steps() -> None:
    outcome = run(epochs=2).outcome
    assert (outcome.reason, outcome.step, outcome.complete) == ("finished", 2, True)


def test_a_time_limit_leaves_a_model_and_resuming_starts_anew(tmp_path: Path) -> None:
    cut = run(tmp_path / "run", max_time=1e-9)
    assert (cut.outcome.reason, cut.outcome.step, cut.outcome.complete) == ("time limit", 1, False)
    assert np.isfinite(lb.load(tmp_path / "run").score_samples(table())).all()
    whole = run(tmp_path / "run", resume=True)
    assert whole.outcome.reason == "converged"
    assert sha256(whole.outcome.best) == sha256(run().outcome.best)


def test_rows_on_disk_give_the_same(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", table(3000))
    inside = open_data(tmp_path / "rows.npy", stream=False)
    outside = open_data(tmp_path / "rows.npy", stream=True).split(valid=0.0, test=0.0)
    inside = replace(inside, splits={"train": torch.arange(3000)})
    settings = Settings.make(recipe="factor-analysis", latent=2)
    first, second = (fit(dataset, settings).outcome.history.records[-1]["train/elbo"] for dataset in (inside, outside))
    assert first == pytest.approx(second, rel=1e-9)


def test_it_touches_no_generator_and_repeats_itself() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = run(recipe="sparse-coding")
    assert torch.equal(torch.get_rng_state(), before)
    assert sha256(run(recipe="sparse-coding").outcome.best) == sha256(first.outcome.best)


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
    result = fit(data(), Settings.make(recipe="ppca", latent=2), observers=[heard])
    n = result.outcome.step
    steps = [entry for i in range(1, n + 1) for entry in (i, ("record", i))]
    assert heard.said == [("start", 0, 1000), *steps, ("finish", "converged")]


def test_a_likelihood_that_is_not_finite_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(data(), Settings.make(recipe="ppca", latent=2))
    broken = replace(plan.settings.recipe_, solve=lambda model, blocks, seed: iter([1.0, float("nan")]))
    monkeypatch.setattr(Settings, "recipe_", broken)
    with pytest.raises(DivergenceError, match="after step 2 is nan"):
        solve(plan, data().rows("train")[0], None)


@pytest.mark.thorough
@pytest.mark.parametrize("recipe", SOLVED)
@pytest.mark.filterwarnings("ignore::lowerbound.errors.DataWarning")
def test_data_of_little_variation_is_answered_soundly(recipe: str) -> None:
    constant = table()
    constant[:, 1] = 7.0
    for x in (constant, table(rows=3), np.ones((20, 3)), table(columns=1)):
        vae = lb.VAE(1, recipe=recipe, random_state=0).fit(x)
        assert np.isfinite(vae.score_samples(x)).all()
        assert np.isfinite(vae.sample(5)).all()


@pytest.mark.parametrize("recipe", SOLVED)
def test_data_that_cannot_be_used_is_refused_as_for_any_model(recipe: str) -> None:
    broken = table()
    broken[3, 1] = np.nan
    with pytest.raises(DataError, match="NaN in row 3, column 1"):
        lb.VAE(1, recipe=recipe).fit(broken)
    with pytest.raises(DataError, match="at least 2 rows"):
        lb.VAE(1, recipe=recipe).fit(table(rows=1))


@pytest.mark.parametrize("recipe", SOLVED)
def test_images_are_rows_of_pixels(recipe: str) -> None:
    images = pictures(6, 5, rows=30)
    vae = lb.VAE(3, recipe=recipe, random_state=0).fit(images)
    assert vae.reconstruct(images).shape == (30, 1, 6, 5)
    assert "density" in vae.evaluate(images, samples=2).statement
