"""What every fitted model must do: train, stop and go on, evaluate, score, sample, save, load."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import torch

import lowerbound as lb
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.runs import RunFolder, Settings
from tests.products.cases import SETTINGS


class Stop:
    """An observer that asks a run to stop after a step, as a user or a scheduler does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def start(self, *facts: Any) -> None:
        pass

    def advance(self, step: int) -> None:
        if step == self.step:
            signal.raise_signal(signal.SIGTERM)

    def record(self, record: Any) -> None:
        pass

    def finish(self, outcome: Any) -> None:
        pass


def run(data: lb.data.Dataset, folder: Path, *, stop: int | None = None, **changed: Any) -> Fit:
    """Fit a model into a folder, going on from what is there; where asked, stop after a step."""
    made = Settings.make(**{**SETTINGS, **changed})
    target = RunFolder(folder)
    begun = folder.exists()
    if not begun:
        target.create()
    with target.writing():
        return fit(data, made, folder=target, observers=[] if stop is None else [Stop(stop)], resume=begun)


def labels(vae: lb.VAE, data: lb.data.Dataset) -> np.ndarray | None:
    """Return the labels of all rows as the user says them, where the model wants them."""
    return np.asarray(data.schema.classes)[np.asarray(data.y)] if vae.fitted_.conditional else None


def answers(vae: lb.VAE, data: lb.data.Dataset) -> list[np.ndarray]:
    """Ask what every model is asked, drawing last."""
    x, y = data.x, labels(vae, data)
    given, few, some = ({}, {}, {}) if y is None else ({"y": y}, {"y": y[:5]}, {"given": y[:5]})
    # Some likelihoods have their mean from draws, pixel by pixel: a few rows prove what all do.
    found = [
        vae.transform(x, **given),
        vae.reconstruct(torch.as_tensor(x)[:5], **few),
        vae.sample(5, random_state=0, **some),
    ]
    if vae.fitted_.unbounded is None:
        # Draws are rows that the model itself accepts.
        found[:0] = [vae.score_samples(x, **given), vae.score_samples(found[-1], **few)]
    return found


def numbers(vae: lb.VAE, data: lb.data.Dataset) -> list[float]:
    """Evaluate all rows."""
    found = vae.evaluate(data.x, labels(vae, data), samples=20)
    if vae.fitted_.unbounded is not None:
        return [found.mean_squared_error, found.energy_distance]
    return [found.elbo, found.rate, found.distortion, found.log_likelihood.value]


def check(data: lb.data.Dataset, folder: Path, *, epochs: int, **changed: Any) -> Fit:
    """Train epochs of three steps, stopped within the middle one; the run that goes on ends, answers, and is finite."""
    half = 3 * (epochs // 2) + 1
    assert run(data, folder, stop=half, epochs=epochs, **changed).outcome.step == half
    resumed = run(data, folder, epochs=epochs, **changed)
    assert resumed.outcome.step == 3 * epochs
    vae = lb.load(folder)
    found = answers(vae, data)
    assert all(np.isfinite(values).all() for values in found)
    assert found[-1].shape == (5, *data.schema.shape)
    assert np.isfinite(numbers(vae, data)).all()
    return resumed


def check_and_repeat(data: lb.data.Dataset, tmp_path: Path, *, epochs: int, **changed: Any) -> None:
    """Do all of the above, and end as the run that never stopped does, to the bit."""
    resumed = check(data, tmp_path / "parts", epochs=epochs, **changed)
    whole = run(data, tmp_path / "whole", epochs=epochs, **changed)
    for stopped, never in ((resumed.plan.model, whole.plan.model), (resumed.plan.objective, whole.plan.objective)):
        again, same = never.state_dict(), stopped.state_dict()
        assert all(torch.equal(value, same[name]) for name, value in again.items())
