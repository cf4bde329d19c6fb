"""What every recipe of a multi-sample bound keeps: its text, that it trains, and that the ELBO told is the model's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from lowerbound.recipes import Recipe, Task, vae
from tests.estimators.small import small


def is_the_vae_with(recipe: Recipe, usual: str, **given: str) -> None:
    """Check the objective's text as it comes, and for each number of samples asked for."""
    assert recipe.model is vae.model
    assert repr(recipe.objective(Task(recipe.options(), 100))) == usual
    for asked, text in given.items():
        options = recipe.options(samples=int(asked.removeprefix("samples_")))
        assert repr(recipe.objective(Task(options, 100))) == text


def correlated(rows: int = 120) -> np.ndarray:
    """Six columns of two latents and a little noise."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, 2)) @ rng.normal(size=(2, 6)) + 0.3 * rng.normal(size=(rows, 6))


def two_kinds(rows: int = 120) -> np.ndarray:
    """Six bits, all of one kind but for a few."""
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 2, (rows, 1))
    return np.where(rng.random((rows, 6)) < 0.05, 1 - kind, kind)


def trains(recipe: str, data: np.ndarray, gain: float, **changed: Any) -> None:
    """Check that training raises log p(x) by so many nats, and that it is above the ELBO."""
    usual: dict[str, Any] = {
        "recipe": recipe,
        "batch_size": 60,
        "learning_rate": 0.05,
        "valid_fraction": 0.0,
        **changed,
    }
    before = small(**{**usual, "epochs": 1, "learning_rate": 1e-9}).fit(data).evaluate(data, samples=200)
    made = small(**{"epochs": 25, **usual}).fit(data)
    after = made.evaluate(data, samples=200)
    assert after.log_likelihood.value > before.log_likelihood.value + gain
    assert after.log_likelihood.value > after.elbo - 1e-6
    assert np.isfinite(made.sample(3, random_state=0)).all()
    assert np.isfinite(made.score_samples(data)).all()


def tells_the_true_elbo(recipe: str, data: np.ndarray, **changed: Any) -> None:
    """Check the ELBO in the history and in the evaluation against one computed by hand, of weights that stand still."""
    still = small(
        recipe=recipe, batch_size=len(data), learning_rate=1e-12, epochs=12, valid_fraction=0.0, **changed
    ).fit(data)
    model = still.fitted_.model
    with torch.no_grad():
        (batch,) = still.fitted_.batches(torch.as_tensor(data).float(), None)
        trace = model(batch, samples=2000)
        log_w = sum(s.log_p for s in trace.observed.values()) + sum(s.log_p - s.log_q for s in trace.latents.values())
    truth, rows = float(log_w.mean()), log_w.mean(0).numpy()
    told = np.array([record["train/elbo"] for record in still.history_ if "train/elbo" in record])
    assert len(told) > 5
    assert abs(told.mean() - truth) < 4 * told.std(ddof=1) / math.sqrt(len(told)) + 1e-3
    assert abs(still.evaluate(data, samples=50).elbo - truth) < 4 * rows.std(ddof=1) / math.sqrt(len(rows))
