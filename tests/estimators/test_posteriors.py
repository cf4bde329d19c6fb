"""Every posterior goes through the whole estimator. The list is read from the namespace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.core import Family
from lowerbound.spec import members
from tests.estimators.small import small, table

FAMILIES = {name: kind for name, kind in members("posteriors").items() if issubclass(kind, Family)}
POSTERIORS = sorted(name for name, kind in FAMILIES.items() if kind.has_density)
X = table()


@pytest.mark.parametrize("posterior", [*POSTERIORS, "RelaxedOneHot(straight_through=True)"])
def test_it_fits_answers_and_comes_back(posterior: str, tmp_path: Path) -> None:
    vae = small(posterior=posterior, n_components=5).fit(X)
    codes = vae.transform(X)
    assert codes.shape == (40, 5)
    assert len(np.unique(codes.round(9), axis=0)) > 1, "every row has the same code"
    scores, drawn = vae.score_samples(X), vae.sample(7)
    assert scores.shape == (40,)
    assert drawn.shape == (7, 4)
    for numbers in (codes, scores, drawn, vae.reconstruct(X)):
        assert np.isfinite(numbers).all()
    vae.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.transform(X), codes)
    assert np.array_equal(again.score_samples(X), scores)


@pytest.mark.thorough
def test_correlations_are_a_gain_from_early_on() -> None:
    """More freedom must not cost a short run its bound: with correlations at full pace it gains nothing here."""
    x = (lb.data.datasets.digits().x.flatten(1).numpy() > 7).astype(np.float32)
    x = x[:, x.std(0) > 0]
    rest = {"likelihood": "bernoulli", "hidden": (64,), "epochs": 20, "batch_size": 100, "learning_rate": 5e-3}
    diagonal, full = (
        small(n_components=20, posterior=posterior, **rest).fit(x).evaluate(x, samples=4).elbo
        for posterior in ("diagonal-normal", "cholesky-normal")
    )
    assert full > diagonal + 0.5
