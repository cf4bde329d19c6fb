"""What every fitted model must do: train, stop and go on, evaluate, score, sample, save, load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.runs import RunFolder, Settings
from tests.products.cases import SETTINGS


class Stopped(RuntimeError):
    """What ends the first half of a run."""


class Stop:
    """An observer that stops a run half-way."""

    def start(self, *facts: Any) -> None:
        pass

    def advance(self, step: int) -> None:
        if step == 15:
            raise Stopped

    def record(self, record: Any) -> None:
        pass

    def finish(self, outcome: Any) -> None:
        pass


def run(data: lb.data.Dataset, folder: Path, *, stop: bool = False, **changed: Any) -> Fit:
    """Fit a model into a folder, going on from what is there."""
    made = Settings.make(**{**SETTINGS, **changed})
    target = RunFolder(folder)
    begun = folder.exists()
    if not begun:
        target.create()
    with target.writing():
        return fit(data, made, folder=target, observers=[Stop()] if stop else [], resume=begun)


def answers(vae: lb.VAE, data: Any) -> list[np.ndarray]:
    """Ask what every model is asked."""
    x = data.x
    return [vae.transform(x), vae.score_samples(x), vae.reconstruct(x), vae.sample(5, random_state=0)]


def check(data: lb.data.Dataset, tmp_path: Path, **changed: Any) -> None:
    """Train thirty steps twice, once stopped half-way; both ends are equal, answer and are finite."""
    whole = run(data, tmp_path / "whole", **changed)
    assert whole.outcome.step == 30
    with pytest.raises(Stopped):
        run(data, tmp_path / "parts", stop=True, checkpoint_seconds=0.0, **changed)
    resumed = run(data, tmp_path / "parts", checkpoint_seconds=0.0, **changed)
    again, same = whole.plan.model.state_dict(), resumed.plan.model.state_dict()
    assert all(torch.equal(value, same[name]) for name, value in again.items())
    vae = lb.load(tmp_path / "whole")
    found = answers(vae, data)
    assert all(np.isfinite(values).all() for values in found)
    assert found[3].shape == (5, *data.schema.shape)
    evaluation = vae.evaluate(data.x, samples=20)
    assert np.isfinite([evaluation.elbo, evaluation.rate, evaluation.distortion, evaluation.log_likelihood.value]).all()
    # Draws are rows that the model itself accepts.
    assert np.isfinite(vae.score_samples(found[3])).all()
