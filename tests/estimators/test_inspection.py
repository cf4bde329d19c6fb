"""Gaps, curves, checks and imputation of fitted estimators."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import ConfigError, DataError, ShapeError
from lowerbound.estimators.inspection import few, find_gaps, predictive_checks, trace_curve
from tests.estimators.small import bits, labels, pictures, small, table

X = table()


@pytest.fixture(scope="module")
def fitted() -> lb.VAE:
    return small(epochs=30).fit(X)


def rows(vae: lb.VAE, x: np.ndarray) -> torch.Tensor:
    return lb.data.check(x, vae.schema_)


def with_gaps(x: np.ndarray, share: float = 0.3) -> np.ndarray:
    x = np.array(x, dtype=np.float64)
    x[np.random.default_rng(5).random(x.shape) < share] = np.nan
    return x


class TestImpute:
    def test_only_gaps_are_filled(self, fitted):
        gappy = with_gaps(X)
        filled = fitted.impute(gappy)
        assert (filled.dtype, filled.shape) == (np.float64, X.shape)
        assert np.isfinite(filled).all()
        seen = np.isfinite(gappy)
        np.testing.assert_array_equal(filled[seen], gappy[seen])
        assert (filled == fitted.impute(gappy)).all()
        assert fitted.impute(X) == pytest.approx(X, rel=1e-6)

    @pytest.mark.parametrize(
        ("given", "returned"), [(np.float32, np.float32), (np.float64, np.float64), (np.int64, np.float64)]
    )
    def test_what_is_there_comes_back_exactly(self, fitted, given, returned):
        x = np.round(1000 * X).astype(given)
        filled = fitted.impute(x, samples=10)
        assert filled.dtype == returned
        np.testing.assert_array_equal(filled, x)

    @pytest.mark.thorough
    def test_it_is_better_than_the_mean_where_columns_are_related(self):
        rng = np.random.default_rng(0)
        base = rng.normal(size=(300, 1))
        x = 3 + base * [1.0, -2.0, 0.5, 1.5] + 0.1 * rng.normal(size=(300, 4))
        vae = small(n_components=1, hidden=(16,), epochs=80, learning_rate=1e-2).fit(x)
        gappy = with_gaps(x)
        missing = np.isnan(gappy)
        mean = np.broadcast_to(np.nanmean(gappy, 0), x.shape)
        error, of_mean = (np.sqrt(np.mean((guess - x)[missing] ** 2)) for guess in (vae.impute(gappy), mean))
        assert error < 0.5 * of_mean

    @pytest.mark.thorough
    def test_draws_differ_by_seed_and_spread_around_the_mean(self, fitted):
        gappy = with_gaps(X)
        draws = np.stack([fitted.impute(gappy, draw=True, random_state=seed, samples=200) for seed in range(30)])
        missing = np.isnan(gappy)
        assert (draws[:, missing].std(0) > 0).all()
        assert (np.ptp(draws[:, ~missing], 0) == 0).all()
        close = np.abs(draws.mean(0) - fitted.impute(gappy))[missing] / (draws.std(0)[missing] / np.sqrt(30))
        assert np.median(close) < 1.5

    def test_discrete_data(self):
        vae = small().fit(bits())
        filled = vae.impute(with_gaps(bits()))
        assert ((filled >= 0) & (filled <= 1)).all()
        assert set(np.unique(vae.impute(with_gaps(bits()), draw=True))) <= {0.0, 1.0}
        images = pictures(3, 3)
        seen = small(network="mlp").fit(images)
        assert seen.impute(with_gaps(images)).shape == (16, 1, 3, 3)
        assert seen.impute(images.astype(np.uint8)).dtype == np.float32

    def test_conditions_and_frames(self, tmp_path):
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame(with_gaps(X), columns=list("abcd"))
        vae = small(recipe="cvae").fit(pandas.DataFrame(X, columns=list("abcd")), labels())
        filled = vae.impute(frame, labels())
        assert np.isfinite(filled).all()
        with pytest.raises(ConfigError, match="conditional"):
            vae.impute(frame)
        plain = small().fit(pandas.DataFrame(X, columns=list("abcd")))
        frame[list("dcba")].to_csv(tmp_path / "gaps.csv", index=False)
        np.testing.assert_allclose(plain.impute(tmp_path / "gaps.csv"), plain.impute(frame), rtol=1e-4, atol=1e-4)

    def test_what_cannot_be_is_refused(self, fitted):
        with pytest.raises(DataError, match="inf"):
            fitted.impute(np.where(np.isnan(with_gaps(X)), np.inf, X))
        with pytest.raises(ShapeError):
            fitted.impute(with_gaps(X)[:, :3])
        with pytest.raises(ConfigError, match="samples=0"):
            fitted.impute(X, samples=0)


def test_gaps_of_a_fitted_model(fitted):
    gaps = find_gaps(fitted.fitted_, rows(fitted, X), None, steps=100, samples=500)
    assert gaps.elbo.shape == (len(X),)
    assert (gaps.amortisation >= 0).all()
    assert gaps.log_likelihood.mean() == pytest.approx(fitted.log_likelihood(X, samples=5000).value, abs=0.2)


@pytest.mark.thorough
def test_the_curve_of_a_fitted_model(fitted):
    found = trace_curve(fitted.fitted_, rows(fitted, X[:8]), None, chains=20, temperatures=50, top=4.0)
    own = fitted.evaluate(X[:8])
    assert (found.rate, found.distortion) == (pytest.approx(own.rate), pytest.approx(own.distortion))
    assert found.curve.log_likelihood == pytest.approx(own.log_likelihood.value, abs=0.3)
    assert json.loads(json.dumps(found.to_json()))["rows"] == 8


def test_checks_of_a_fitted_model(fitted):
    names = list("abcd")
    checks = predictive_checks(fitted.fitted_, rows(fitted, X), None, replicates=50, names=names)
    assert {check.worst for check in checks if check.statistic == "mean"} <= set(names)
    shifted = predictive_checks(fitted.fitted_, rows(fitted, X + 50), None, replicates=50, names=names)
    assert shifted[0].p_value == pytest.approx(1 / 51)
    again = predictive_checks(fitted.fitted_, rows(fitted, X), None, replicates=50, names=names)
    assert again == checks


def test_a_conditional_model_is_checked_under_its_conditions():
    vae = small(recipe="cvae").fit(X, labels())
    c = vae._condition(labels(), len(X))
    x, condition = few(rows(vae, X), c, 20, vae.fitted_)
    assert (len(x), len(condition)) == (20, 20)
    assert torch.equal(x[-1], rows(vae, X)[-1])
    assert predictive_checks(vae.fitted_, x, condition, replicates=20, names=list("abcd"))
    assert find_gaps(vae.fitted_, x, condition, steps=3, samples=20).elbo.shape == (20,)
