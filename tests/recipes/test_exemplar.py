"""The recipe exemplar: vae with a prior of training rows."""

from __future__ import annotations

import numpy as np
import torch

import lowerbound as lb
from lowerbound.priors import ExemplarPrior
from lowerbound.recipes import exemplar, vae
from tests.estimators.small import bits, small, table


def test_it_is_the_vae_with_another_prior() -> None:
    assert exemplar.options().prior == "exemplar-prior"
    assert exemplar.model is vae.model
    assert exemplar.objective is vae.objective


def test_exemplars_are_training_rows() -> None:
    made = small(recipe="exemplar", prior="ExemplarPrior(exemplars=9)").fit(bits())
    prior = made.fitted_.model.levels[0].prior_
    assert isinstance(prior, ExemplarPrior)
    assert prior.count == 9
    rows = {tuple(row) for row in bits().tolist()}
    assert all(tuple(row) in rows for row in prior.kept.int().tolist())


def test_few_training_rows_are_all_exemplars_and_are_saved(tmp_path) -> None:
    made = small(recipe="exemplar", valid_fraction=0.25).fit(table())
    assert made.fitted_.model.levels[0].prior_.count == 30
    made.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    np.testing.assert_array_equal(again.score_samples(table()), made.score_samples(table()))
    kept = [m.fitted_.model.levels[0].prior_.kept for m in (made, again)]
    assert torch.equal(*kept)
