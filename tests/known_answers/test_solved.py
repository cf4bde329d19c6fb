"""Models solved by EM through the public door. Rows 1, 2, 3 and 105 of the exact answers."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from torch.distributions import MultivariateNormal

import lowerbound as lb
from examples.linear_vae_is_ppca import ppca_log_likelihood
from tests.known_answers.linear_gaussian import data
from tests.known_answers.test_ppca import ANSWERS

pytestmark = pytest.mark.filterwarnings("ignore::lowerbound.errors.DataWarning")

FACTOR_ANALYSIS = [
    ("iris", 1, -2.8159),
    ("iris", 2, -2.5992),
    ("wine", 2, -15.4337),
    ("breast_cancer", 2, -23.5465),
    ("breast_cancer", 5, -16.5465),
]


def solved(recipe: str, x: torch.Tensor, latents: int) -> lb.VAE:
    """Fit all rows."""
    return lb.VAE(latents, recipe=recipe, valid_fraction=0.0, random_state=0).fit(x.numpy())


def rises(vae: lb.VAE) -> list[float]:
    """Return the log-likelihoods of the steps, which never fall."""
    path = [record["train/elbo"] for record in vae.history_]
    assert min(b - a for a, b in itertools.pairwise(path)) >= -1e-10
    assert vae.n_iter_ == len(path)
    return path


def marginal(vae: lb.VAE, latents: int) -> MultivariateNormal:
    """Return the exact p(x) = N(b, WW' + Psi), read off the decoder of the fitted model."""
    decoder = vae.fitted_.model.double().likelihood
    with torch.no_grad():
        at_zero = decoder(torch.zeros(1, latents).double())
        columns = decoder(torch.eye(latents).double()).mean - at_zero.mean
    return MultivariateNormal(at_zero.mean[0], columns.T @ columns + at_zero.variance[0].diag())


@pytest.mark.parametrize(("name", "q", "answer"), ANSWERS)
def test_ppca_rises_to_its_closed_form(name, q, answer):
    x = data(name)
    vae = solved("ppca", x, q)
    best = ppca_log_likelihood(x, q)
    assert rises(vae)[-1] == pytest.approx(best, abs=1e-6)
    assert vae.score_samples(x.numpy()).mean() == pytest.approx(best, abs=2e-5 * (1 + abs(best)))
    assert float(marginal(vae, q).log_prob(x).mean()) == pytest.approx(best, abs=2e-5)


@pytest.mark.parametrize(("name", "q", "answer"), FACTOR_ANALYSIS)
def test_factor_analysis_reaches_the_maximum(name, q, answer):
    x = data(name)
    vae = solved("factor-analysis", x, q)
    value = rises(vae)[-1]
    assert value >= answer - 2e-4
    assert vae.score_samples(x.numpy()).mean() == pytest.approx(value, abs=1e-4)
    assert float(marginal(vae, q).log_prob(x).mean()) == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("recipe", ["ppca", "factor-analysis"])
def test_the_posterior_is_exact(recipe):
    """In double precision every sample weighs log p(x), and the ELBO is its mean."""
    x = data("wine")
    vae = solved(recipe, x, 3)
    exact = marginal(vae, 3).log_prob(x)
    with torch.no_grad():
        trace = vae.fitted_.model.double()({"x": x}, samples=200)
    torch.testing.assert_close(trace.log_weight(), exact.expand(200, -1), rtol=0, atol=2e-5)
    bound = (-trace.rate() - trace.distortion()).mean()
    assert float(bound) == pytest.approx(float(exact.mean()), abs=0.05)


def sparse(seed: int, d: int, h: int, n: int):
    """Rows of sparse codes, the patterns that made them, and the model's parameters."""
    generator = torch.Generator().manual_seed(seed)
    weight = 2 * torch.randn(d, h, generator=generator, dtype=torch.float64)
    on = torch.rand(n, h, generator=generator) < 0.25
    codes = torch.where(on, torch.randn(n, h, generator=generator, dtype=torch.float64), 0.0)
    noise = 0.3 * torch.randn(n, d, generator=generator, dtype=torch.float64)
    return codes @ weight.T + noise + 3.0, on, weight


def f1(found: torch.Tensor, true: torch.Tensor) -> float:
    """Mean F1 of the best matching of columns."""
    both = (found.T.double() @ true.double()) * 2
    score = (both / (found.sum(0)[:, None] + true.sum(0)).clamp(min=1)).numpy()
    return float(score[linear_sum_assignment(-score)].mean())


@pytest.mark.parametrize("seed", range(3))
def test_sparse_coding_finds_the_patterns(seed):
    x, on, weight = sparse(seed, 8, 4, 400)
    vae = solved("sparse-coding", x, 4)
    rises(vae)
    q = vae.fitted_.model.double().levels[0].posterior_(x)
    truth = lb.distributions.TiltedSpikeAndSlab(
        (x - 3) / 0.09 @ weight, weight.T @ weight / 0.09, torch.full((4,), -np.log(3))
    )
    best = f1(truth.inclusion > 0.5, on)
    assert best > 0.85
    assert f1(q.inclusion > 0.5, on) > best - 0.03
    torch.testing.assert_close(torch.from_numpy(vae.transform(x.numpy())).double(), q.mean, rtol=1e-3, atol=1e-3)


def test_sparse_coding_knows_its_evidence():
    """Row 105: log p(x) is the sum over all patterns of zeros, each a Gaussian."""
    x, _, _ = sparse(1, 6, 3, 150)
    vae = solved("sparse-coding", x, 3)
    model = vae.fitted_.model.double()
    at_zero = model.likelihood(torch.zeros(1, 3).double())
    weight = (model.likelihood(torch.eye(3).double()).mean - at_zero.mean).T
    pi = model.levels[0].prior_.logits.sigmoid()
    parts = []
    for bits in itertools.product((0, 1), repeat=3):
        pattern = torch.tensor(bits).double()
        covariance = (weight * pattern) @ weight.T + at_zero.variance[0].diag()
        chance = (pi * pattern + (1 - pi) * (1 - pattern)).log().sum()
        parts.append(chance + MultivariateNormal(at_zero.mean[0], covariance).log_prob(x))
    exact = torch.stack(parts).logsumexp(0).detach()
    with torch.no_grad():
        trace = model({"x": x}, samples=5)
    torch.testing.assert_close(trace.log_weight(), exact.expand(5, -1), rtol=0, atol=1e-4)
    torch.testing.assert_close(-trace.rate() - trace.distortion(), exact, rtol=0, atol=1e-4)
    assert float(exact.mean()) == pytest.approx(vae.history_[-1]["train/elbo"], abs=1e-5)


def test_every_pattern_of_twelve_latents_is_visited(monkeypatch):
    monkeypatch.setattr(sys.modules["lowerbound.recipes.sparse_coding"], "STARTS", 1)
    monkeypatch.setattr(sys.modules["lowerbound.recipes.sparse_coding"], "TRIAL_STEPS", 1)
    x, _, _ = sparse(0, 14, 12, 60)
    vae = lb.VAE(12, recipe="sparse-coding", valid_fraction=0.0, epochs=1, random_state=0)
    vae.fit(x[:20].numpy())
    assert vae.fitted_.model.levels[0].posterior_(x[:2].float()).weights.shape == (2, 4096)
