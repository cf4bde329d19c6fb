"""The recipe two-stage-vae: two stages, one bound, and the dimension of a manifold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.models import TwoStage
from lowerbound.recipes import Task, two_stage_vae
from tests.estimators.small import pictures, small, table

X = table(60)


def test_it_is_two_vaes_with_a_loss_each() -> None:
    options = two_stage_vae.options(latent=2)
    model = two_stage_vae.model(Schema((4,), "real"), options, {})
    assert isinstance(model, TwoStage)
    assert (model.first.likelihood.family.variance, model.second.likelihood.family.variance) == ("scalar", "scalar")
    assert repr(two_stage_vae.objective(Task(options, 100))) == "Staged(ELBO(beta=Linear(0.0, 1.0, 10)), ELBO())"


def test_everything_public_works_and_comes_back(tmp_path: Path) -> None:
    vae = small(recipe="two-stage-vae").fit(X, out=tmp_path / "run")
    assert vae.transform(X).shape == (60, 2)
    assert vae.sample(3, random_state=1).shape == (3, 4)
    found = vae.evaluate(X, samples=200)
    assert np.isfinite([found.elbo, found.rate, found.distortion, found.log_likelihood.value]).all()
    assert found.log_likelihood.value > found.elbo - 4 * found.elbo_error
    assert vae.diagnose(X, train=X).active.shape == (4,)
    vae.report(tmp_path / "report.html", X)
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.score_samples(X), vae.score_samples(X))
    assert np.array_equal(again.inverse_transform(again.transform(X)), vae.reconstruct(X))


def test_images_go_through_it() -> None:
    vae = small(recipe="two-stage-vae", epochs=1, options={"channels": (4,)}).fit(pictures(1, 8, 8))
    assert vae.sample(2).shape == (2, 1, 8, 8)


@pytest.mark.thorough
def test_the_second_stage_learns_codes_that_the_first_leaves_off_the_prior() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-3, 0.1, (150, 1)), rng.normal(3, 0.1, (150, 1))]) @ np.ones((1, 3))
    vae = small(recipe="two-stage-vae", epochs=60, batch_size=100, learning_rate=0.01, n_components=1).fit(x)
    model = vae.fitted_.model
    rows = torch.as_tensor(x, dtype=torch.float32)
    with torch.no_grad():
        one = model.lower({"x": rows}, samples=20)
    two = vae.evaluate(x, samples=20)
    assert two.elbo > -float((one.rate() + one.distortion()).mean())


@pytest.mark.slow
def test_on_a_linear_manifold_the_variance_vanishes_and_as_many_latents_as_dimensions_are_used() -> None:
    rank, rng = 2, np.random.default_rng(0)
    x = rng.normal(size=(200, rank)) @ rng.normal(size=(rank, 8)) + 1.0
    vae = small(
        recipe="two-stage-vae", n_components=4, hidden=(), epochs=1500, batch_size=200, learning_rate=0.01,
        valid_fraction=0.0, options={"ema": 0.0},
    ).fit(x)  # fmt: skip
    rows = torch.as_tensor(x, dtype=torch.float32)
    with torch.no_grad():
        trace = vae.fitted_.model({"x": rows})
    assert float(trace["x"].p.variance.mean() / rows.var()) < 1e-4
    variances = trace["z"].q.variance.mean(0)
    assert int((variances < 0.1).sum()) == rank
    assert bool((variances.sort().values[rank:] > 0.5).all())
