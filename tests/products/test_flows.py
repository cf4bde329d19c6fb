"""Flows as posteriors and as priors, by name, through the estimator."""

from __future__ import annotations

import numpy as np
import pytest

import lowerbound as lb

POSTERIORS = [
    "planar", "radial", "householder", "sylvester-orthogonal", "sylvester-householder", "sylvester-triangular",
    "inverse-autoregressive", "coupling", "spline-coupling", "InverseAutoregressive(flows=1, hidden=(8,), context=3)",
]  # fmt: skip
PRIORS = [
    "flow-prior",
    "FlowPrior(kind='MAF', hidden=(8,))",
    "FlowPrior(kind='RealNVP', hidden=(8,))",
    "autoregressive-prior",
]
SETTINGS = {
    "n_components": 3, "hidden": (8,), "batch_size": 16, "epochs": 10, "compile": "no", "precision": "float32",
    "random_state": 0,
}  # fmt: skip


def rows(n: int = 60) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)


def answers(vae: lb.VAE) -> list[np.ndarray]:
    x = rows(12)
    return [vae.transform(x), vae.score_samples(x), vae.sample(5, random_state=0)]


def check(vae: lb.VAE, folder) -> None:
    """Ask the fitted model, save it, load it, and ask it the same."""
    first = answers(vae)
    assert all(np.isfinite(values).all() for values in first)
    assert first[0].shape == (12, 3)
    assert first[2].shape == (5, 4)
    vae.save(folder)
    loaded = lb.load(folder)
    for mine, other in zip(first, answers(loaded), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-5)
    found = loaded.evaluate(rows(12), samples=20)
    assert np.isfinite([found.elbo, found.rate, found.distortion, found.log_likelihood.value]).all()


@pytest.mark.parametrize("posterior", POSTERIORS)
def test_any_posterior_of_flows(posterior, tmp_path):
    check(lb.VAE(posterior=posterior, **SETTINGS).fit(rows()), tmp_path / "run")


@pytest.mark.parametrize("prior", PRIORS)
def test_any_prior_of_flows(prior, tmp_path):
    check(lb.VAE(prior=prior, **SETTINGS).fit(rows()), tmp_path / "run")


def test_a_continuous_flow_trains():
    vae = lb.VAE(prior="FlowPrior(kind='CNF', hidden=(4,))", **{**SETTINGS, "epochs": 1}).fit(rows())
    assert np.isfinite(vae.score_samples(rows(2))).all()


def test_a_posterior_of_flows_may_be_the_prior(tmp_path):
    check(lb.VAE(posterior="planar", prior="coupling", **SETTINGS).fit(rows()), tmp_path / "run")


@pytest.mark.parametrize("prior", ["flow-prior", "autoregressive-prior"])
def test_conditional_priors(prior):
    y = np.arange(60) % 3
    vae = lb.VAE(recipe="cvae", prior=prior, **SETTINGS).fit(rows(), y)
    assert np.isfinite(vae.score_samples(rows(), y)).all()
    assert vae.sample(6, given=y[:6], random_state=0).shape == (6, 4)
