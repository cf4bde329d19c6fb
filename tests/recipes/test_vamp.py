"""The recipe vamp: vae with a prior of pseudo-inputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.core import held
from lowerbound.metrics.weigher import Weigher
from lowerbound.priors import VampPrior
from lowerbound.recipes import vae, vamp
from tests.estimators.small import bits, labels, pictures, small, table


def test_it_is_the_vae_with_another_prior() -> None:
    assert vamp.options().prior == "vamp-prior"
    assert vamp.options(prior="VampPrior(components=7)").prior == "VampPrior(components=7)"
    assert vamp.model is vae.model
    assert vamp.objective is vae.objective


@pytest.mark.parametrize("data", [table(), bits(), pictures(1, 8, 8), pictures(1, 8, 8, support="real")], ids=len)
def test_pseudo_inputs_start_as_rows_of_the_data(data: np.ndarray) -> None:
    fitted = small(recipe="vamp", prior="VampPrior(components=9)", epochs=1, learning_rate=1e-9).fit(data).fitted_
    prior = fitted.model.levels[0].prior_
    assert isinstance(prior, VampPrior)
    rows = torch.as_tensor(data).float()
    assert prior.data_support == fitted.schema.support
    distance = (prior.rows().detach().flatten(1)[:, None] - rows.flatten(1)).abs().amax(-1)
    assert bool((distance.amin(1) < 1e-2).all())


def test_it_scores_samples_saves_and_opens(tmp_path) -> None:
    made = small(recipe="vamp").fit(bits())
    made.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    np.testing.assert_array_equal(again.score_samples(bits()), made.score_samples(bits()))
    np.testing.assert_array_equal(again.sample(5, random_state=1), made.sample(5, random_state=1))


@pytest.mark.parametrize("how", ["captured", pytest.param("inductor", marks=pytest.mark.slow)])
def test_scores_do_not_depend_on_how_they_are_computed(how: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(how)
    model = small(recipe="vamp", prior="VampPrior(components=9)").fit(table()).fitted_.model
    batch = {"x": torch.as_tensor(table()).float()}
    plain, whole = Weigher(model, 90), Weigher(model, 90, chunk=30, compiled=True)
    with held(model):
        kept = whole(batch)
        assert whole.compiled is not None, "it could not be compiled"
    torch.testing.assert_close(kept, plain(batch), atol=1e-4, rtol=1e-5)


def test_a_conditional_model_can_have_it() -> None:
    made = small(recipe="cvae", prior="VampPrior(components=5)").fit(table(), labels())
    assert made.sample(3, given="dog", random_state=0).shape == (3, 4)
    assert np.isfinite(made.score_samples(table(), labels())).all()


@pytest.mark.slow
def test_a_compiled_step_trains_it() -> None:
    made = small(recipe="vamp", prior="VampPrior(components=5)", compile="yes", epochs=1).fit(bits())
    assert made.facts_["compiled"] == "yes"
