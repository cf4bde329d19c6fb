"""Any likelihood with any posterior with any prior: trains, evaluates, samples, saves, loads, resumes, and is finite."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import ConfigError
from lowerbound.estimators.fitting import Fit, fit
from lowerbound.estimators.planning import make_plan
from lowerbound.runs import RunFolder, Settings
from tests.products.cases import LIKELIHOODS, MEANINGFUL, MEANINGLESS, POSTERIORS, PRIORS, SETTINGS, rows


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


def run(names: tuple[str, str, str], folder: Path, *, stop: bool = False, **changed: Any) -> Fit:
    """Fit one product into a folder, going on from what is there."""
    likelihood, posterior, prior = names
    made = Settings.make(likelihood=likelihood, posterior=posterior, prior=prior, **{**SETTINGS, **changed})
    target = RunFolder(folder)
    begun = folder.exists()
    if not begun:
        target.create()
    with target.writing():
        return fit(rows(likelihood), made, folder=target, observers=[Stop()] if stop else [], resume=begun)


def answers(vae: lb.VAE, data: Any) -> list[np.ndarray]:
    """Ask what every model is asked."""
    x = data.x
    return [vae.transform(x), vae.score_samples(x), vae.reconstruct(x), vae.sample(5, random_state=0)]


def check(names: tuple[str, str, str], tmp_path: Path) -> None:
    """Train thirty steps twice, once stopped half-way; both ends are equal, answer and are finite."""
    whole = run(names, tmp_path / "whole")
    assert whole.outcome.step == 30
    with pytest.raises(Stopped):
        run(names, tmp_path / "parts", stop=True, checkpoint_seconds=0.0)
    resumed = run(names, tmp_path / "parts", checkpoint_seconds=0.0)
    again, same = whole.plan.model.state_dict(), resumed.plan.model.state_dict()
    assert all(torch.equal(value, same[name]) for name, value in again.items())
    data = rows(names[0])
    vae = lb.load(tmp_path / "whole")
    found = answers(vae, data)
    assert all(np.isfinite(values).all() for values in found)
    assert found[3].shape == (5, *data.schema.shape)
    evaluation = vae.evaluate(data.x, samples=20)
    assert np.isfinite([evaluation.elbo, evaluation.rate, evaluation.distortion, evaluation.log_likelihood.value]).all()
    # Draws are rows that the model itself accepts.
    assert np.isfinite(vae.score_samples(found[3])).all()


def usual(likelihood: str = "normal", posterior: str = "diagonal-normal", prior: str = "auto") -> tuple[str, str, str]:
    """Return a product of the usual parts but for those given."""
    return likelihood, posterior, prior


EACH = [
    *(usual(likelihood=name) for name in LIKELIHOODS),
    *(usual(posterior=name) for name in POSTERIORS),
    *(usual(prior=name) for name in PRIORS if PRIORS[name] == "real"),
]
REST = [(x, *pair) for x, pair in itertools.product(LIKELIHOODS, MEANINGFUL)]


@pytest.mark.parametrize("names", EACH, ids="-".join)
def test_each_part_with_the_usual_others(names: tuple[str, str, str], tmp_path: Path) -> None:
    check(names, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("names", REST, ids="-".join)
def test_every_product(names: tuple[str, str, str], tmp_path: Path) -> None:
    check(names, tmp_path)


@pytest.mark.parametrize(("posterior", "prior"), MEANINGFUL)
def test_every_posterior_with_every_prior_takes_a_step(posterior: str, prior: str, tmp_path: Path) -> None:
    done = run(("normal", posterior, prior), tmp_path / "run", epochs=1, batch_size=24)
    assert np.isfinite(done.outcome.history.records[-1]["train/elbo"])


@pytest.mark.parametrize(("posterior", "prior"), MEANINGLESS)
def test_a_meaningless_pair_is_refused_with_the_reason(posterior: str, prior: str) -> None:
    made = Settings.make(likelihood="normal", posterior=posterior, prior=prior, **SETTINGS)
    with pytest.raises(ConfigError, match=r"The posterior \w+ lives on .*, and the prior \w+ on .*: no KL"):
        make_plan(rows("normal"), made)


def test_the_lists_are_complete() -> None:
    assert {"normal", "bernoulli", "categorical", "discretized-logistic"} <= set(LIKELIHOODS)
    assert {"diagonal-normal", "cholesky-normal", "one-hot-categorical"} <= set(POSTERIORS)
    assert {"standard-normal", "uniform-categorical"} <= set(PRIORS)
