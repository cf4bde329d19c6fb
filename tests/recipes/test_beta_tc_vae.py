"""The recipe beta-tc-vae: the total correlation beside the ELBO."""

from __future__ import annotations

import numpy as np

import lowerbound as lb
from lowerbound.recipes import Task, beta_tc_vae, vae
from tests.estimators.small import small, table


def test_it_is_the_bound_and_the_total_correlation() -> None:
    assert beta_tc_vae.model is vae.model
    made = beta_tc_vae.objective(Task(beta_tc_vae.options(), 100))
    assert repr(made) == "ELBO(beta=Linear(0.0, 1.0, 10)) + Linear(0.0, 5.0, 10) * TotalCorrelation()"
    made = beta_tc_vae.objective(Task(beta_tc_vae.options(weight=2.0, warmup=0.0, samples=3), 100))
    assert repr(made) == "ELBO(samples=3) + 2.0 * TotalCorrelation(samples=3)"


def test_it_trains_and_comes_back(tmp_path) -> None:
    X = table()
    model = small(recipe="beta-tc-vae").fit(X, out=tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.transform(X), model.transform(X))
    assert "weight_TotalCorrelation" in " ".join(model.history_[-1])


def test_the_stratified_estimator_is_an_objective_away() -> None:
    model = small(options={"objective": "ELBO() + 5.0 * TotalCorrelation('stratified')"}).fit(table())
    assert model.transform(table()).shape == (40, 2)
