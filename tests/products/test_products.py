"""Any likelihood with any posterior with any prior: trains, evaluates, samples, saves, loads, resumes, and is finite."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from lowerbound.errors import ConfigError
from lowerbound.estimators.fitting import fit
from lowerbound.estimators.planning import make_plan
from lowerbound.runs import Settings
from tests.estimators.small import small, table
from tests.products.cases import LIKELIHOODS, MEANINGFUL, MEANINGLESS, POINTS, POSTERIORS, PRIORS, SETTINGS, rows
from tests.products.walk import check, check_and_repeat
from tests.tiers import few_quick


def usual(likelihood: str = "normal", posterior: str = "diagonal-normal", prior: str = "auto") -> tuple[str, str, str]:
    """Return a product of the usual parts but for those given."""
    return likelihood, posterior, prior


FEW = [usual(), usual(likelihood="categorical"), usual(posterior="planar"), usual(prior="vamp-prior")]
EACH = [
    *(usual(likelihood=name) for name in LIKELIHOODS),
    *(usual(posterior=name) for name in POSTERIORS),
    *(usual(prior=name) for name in PRIORS if PRIORS[name] == "real"),
]
REASON = r"The posterior \w+ (lives on .*, and the prior \w+ on .*: no KL|normalises the rows of a batch together)"
REST = [(x, *pair) for x, pair in itertools.product(LIKELIHOODS, MEANINGFUL)]


@pytest.mark.parametrize("names", few_quick(EACH, FEW), ids="-".join)
def test_each_part_with_the_usual_others(names: tuple[str, str, str], tmp_path: Path) -> None:
    likelihood, posterior, prior = names
    check_and_repeat(rows(likelihood), tmp_path, epochs=3, likelihood=likelihood, posterior=posterior, prior=prior)


@pytest.mark.slow
@pytest.mark.parametrize("names", REST, ids="-".join)
def test_every_product(names: tuple[str, str, str], tmp_path: Path) -> None:
    likelihood, posterior, prior = names
    check(rows(likelihood), tmp_path / "run", epochs=10, likelihood=likelihood, posterior=posterior, prior=prior)


@pytest.mark.slow
@pytest.mark.parametrize(("posterior", "prior"), MEANINGFUL)
def test_every_posterior_with_every_prior_goes_on_to_the_same_bits(posterior: str, prior: str, tmp_path: Path) -> None:
    check_and_repeat(rows("normal"), tmp_path, epochs=3, likelihood="normal", posterior=posterior, prior=prior)


@pytest.mark.parametrize("prior", PRIORS)
def test_meaningless_pairs_are_refused_with_the_reason(prior: str) -> None:
    data = rows("normal")
    for posterior in (q for q, p in MEANINGLESS if p == prior):
        with pytest.raises(ConfigError, match=REASON):
            make_plan(data, Settings.make(likelihood="normal", posterior=posterior, prior=prior, **SETTINGS))


REAL = [name for name in PRIORS if PRIORS[name] == "real"]


@pytest.mark.parametrize("prior", REAL)
@pytest.mark.parametrize("point", POINTS)
def test_a_point_has_no_bound_and_is_the_code_of_an_autoencoder(point: str, prior: str) -> None:
    made = {"likelihood": "normal", "posterior": point, "prior": prior, **SETTINGS, "epochs": 1, "batch_size": 24}
    with pytest.raises(ConfigError, match=r"A point has no density.*Distortion\(\).*CodeNorm"):
        fit(rows("normal"), Settings.make(**made))
    done = fit(rows("normal"), Settings.make(**made, objective="Distortion() + 0.1 * CodeNorm()"))
    last = done.outcome.history.records[-1]
    assert np.isfinite(last["train/distortion"])
    assert "train/elbo" not in last


@pytest.mark.parametrize("posterior", POSTERIORS)
@pytest.mark.parametrize("point", POINTS)
def test_a_point_is_no_prior(point: str, posterior: str) -> None:
    made = Settings.make(likelihood="normal", posterior=posterior, prior=point, **SETTINGS)
    with pytest.raises(ConfigError, match=r"The prior \w+ is made of single points"):
        make_plan(rows("normal"), made)


def test_the_lists_are_complete() -> None:
    assert {"normal", "bernoulli", "categorical", "discretized-logistic"} <= set(LIKELIHOODS)
    assert {"diagonal-normal", "cholesky-normal", "one-hot-categorical"} <= set(POSTERIORS)
    assert {"standard-normal", "uniform-categorical"} <= set(PRIORS)
    assert "point" in POINTS


@pytest.mark.parametrize("prior", ["flow-prior", "autoregressive-prior"])
def test_a_condition_sets_a_learned_prior(prior: str) -> None:
    x, y = table(60), np.arange(60) % 3
    vae = small(recipe="cvae", prior=prior).fit(x, y)
    assert np.isfinite(vae.score_samples(x, y)).all()
    assert vae.sample(6, given=y[:6], random_state=0).shape == (6, 4)
