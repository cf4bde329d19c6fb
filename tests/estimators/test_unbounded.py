"""Models without a likelihood say so wherever one would be expected, and give what there is instead."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.core.storage import read_json
from lowerbound.data import from_arrays
from lowerbound.errors import ConfigError
from lowerbound.estimators.planning import make_plan
from lowerbound.runs import RunFolder, Settings
from tests.core.test_unbounded import Features
from tests.estimators.small import bits, small, table

X = table(60)


@pytest.fixture(scope="module")
def vae() -> lb.VAE:
    """An autoencoder."""
    return small(recipe="rae-l2").fit(X)


@pytest.mark.parametrize("question", ["score_samples", "score", "log_likelihood", "impute"])
def test_nothing_that_looks_like_a_likelihood_is_returned(vae: lb.VAE, question: str) -> None:
    with pytest.raises(ConfigError, match=r"no likelihood: its posterior \(Point\).*reconstructions"):
        getattr(vae, question)(X)


def test_what_exists_is_given_instead(vae: lb.VAE) -> None:
    errors = vae.squared_error(X)
    np.testing.assert_allclose(errors, ((X - vae.reconstruct(X)) ** 2).mean(1), rtol=1e-4)
    np.testing.assert_array_equal(vae.anomaly_score(X), errors)
    found = vae.evaluate(X, split="rows")
    assert found.mean_squared_error == pytest.approx(errors.mean())
    assert found.mean_squared_error_error == pytest.approx(errors.std(ddof=1) / math.sqrt(60))
    assert abs(found.energy_distance) < 1
    assert (found.n_rows, found.split) == (60, "rows")
    assert "no likelihood" in found.unbounded
    numbers = found.to_json()
    assert not {"elbo", "log_likelihood", "rows"} & set(numbers)


def test_stranger_rows_score_higher(vae: lb.VAE) -> None:
    assert vae.anomaly_score(X + 50).mean() > vae.anomaly_score(X).mean()


def test_the_energy_distance_sees_codes_that_the_prior_does_not_make() -> None:
    rows = 5.0 * np.random.default_rng(0).normal(size=(80, 4))
    trained = {"recipe": "ae", "epochs": 30, "learning_rate": 0.02, "batch_size": 40}
    fitted, left = (
        small(options={"prior_after": prior}, **trained).fit(rows) for prior in ("NormalMixture(components=5)", None)
    )
    assert fitted.evaluate(rows).energy_distance < left.evaluate(rows).energy_distance


def test_its_diagnosis_has_errors_in_the_place_of_bounds(vae: lb.VAE) -> None:
    found = vae.diagnose(X[:20], train=X[20:])
    assert math.isnan(found.valid_elbo)
    assert math.isnan(found.train_elbo)
    assert found.valid_error == pytest.approx(vae.squared_error(X[:20]).mean())
    assert found.to_json()["kl_per_dim"] == [None, None]
    assert "no likelihood" in found.unbounded


def test_overfitting_is_seen_in_the_errors() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 12))
    vae = small(recipe="ae", epochs=300, hidden=(64,), n_components=8, learning_rate=0.01, valid_fraction=0.0,
                options={"ema": 0.0, "prior_after": None}).fit(rows)  # fmt: skip
    advice = vae.diagnose(rng.normal(size=(60, 12)), train=rows).advice
    assert any("times the squared error of training rows" in sentence for sentence in advice)


def test_the_history_has_no_bound_and_the_best_weights_are_of_the_least_distortion() -> None:
    vae = small(recipe="ae", epochs=20, learning_rate=0.01, options={"round_steps": 5}).fit(X)
    assert not any(name.endswith(("elbo", "rate")) for record in vae.history_ for name in record)
    rounds = [record["val/distortion"] for record in vae.history_]
    split = from_arrays(X).split(valid=0.1, test=0.0, seed=0)
    assert vae.fitted_.distortion(split.rows("valid")[0]) == pytest.approx(min(rounds), rel=1e-4)


def test_patience_follows_the_distortion() -> None:
    vae = small(recipe="ae", epochs=400, learning_rate=0.05, patience=2, options={"round_steps": 5}).fit(X)
    assert vae.n_iter_ < 400


def test_a_run_says_so_when_it_is_opened(vae: lb.VAE, tmp_path: Path) -> None:
    vae.save(tmp_path / "run")
    assert "no likelihood" in read_json(tmp_path / "run" / "config.json")["unbounded"]
    again = lb.load(tmp_path / "run")
    np.testing.assert_array_equal(again.squared_error(X), vae.squared_error(X))
    assert again.fitted_.unbounded == vae.fitted_.unbounded


def test_a_run_of_points_that_forgot_says_so_too(vae: lb.VAE, tmp_path: Path) -> None:
    vae.save(tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    with folder.writing():
        folder.write_config({k: v for k, v in folder.read_config().items() if k != "unbounded"})
    with pytest.raises(ConfigError, match="no likelihood"):
        lb.load(tmp_path / "run").score(X)


def test_the_report_says_so_in_its_first_lines(vae: lb.VAE, tmp_path: Path) -> None:
    vae.report(tmp_path / "report.html", X)
    page = (tmp_path / "report.html").read_text()
    assert "This model has no likelihood" in page
    assert "squared error" in page
    assert "Most and least likely rows" not in page


def test_zeros_and_ones_have_errors_of_probabilities() -> None:
    rows = bits(60)
    vae = small(recipe="ae").fit(rows)
    np.testing.assert_allclose(vae.squared_error(rows), ((rows - vae.reconstruct(rows)) ** 2).mean(1), rtol=1e-4)


def test_too_few_rows_for_the_mixture_are_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="draws are too few for 10 components"):
        small(recipe="ae").fit(X[:9], out=tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoint").exists()


def test_a_user_may_ask_for_a_prior_afterwards(vae: lb.VAE) -> None:
    other = vae.refit_prior(X, prior="NormalMixture(components=2)")
    assert other.fitted_.unbounded == vae.fitted_.unbounded
    assert np.isfinite(other.sample(5)).all()


def test_a_term_in_the_place_of_the_likelihood_leaves_none_either() -> None:
    settings = Settings.make(latent=2, hidden=(8,), epochs=1, compile="no")
    dataset = from_arrays(X).split(valid=0.2, test=0.0)
    plan = make_plan(dataset, settings)
    plan.objective = plan.objective + 0.0 * Features()
    from lowerbound.estimators.fitting import fit

    done = fit(dataset, settings, plan=plan)
    assert "trained by Features" in str(done.fitted.unbounded)
    last = done.outcome.history.records[-1]
    assert "val/mean_squared_error" in last
    assert not {"train/elbo", "val/elbo", "val/distortion"} & set(last)
