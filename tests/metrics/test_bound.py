"""The ELBO of rows, its parts and their errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.metrics import Bound, elbo
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae

GAUSSIAN = LinearGaussian.random(4, 2, seed=3)


def bound(model, x, samples: int = 1, size: int = 10**6, seed: int = 0) -> Bound:
    return elbo(model, ({"x": rows} for rows in x.split(size)), samples, seed=seed)


def test_the_parts_add_up_and_the_rate_is_exact():
    x, model = GAUSSIAN.sample(6), GAUSSIAN.vae(GAUSSIAN.diagonal_posterior())
    result = bound(model, x)
    assert result.elbo == pytest.approx(-(result.rate + result.distortion))
    q = model.levels[0].posterior_(x)
    p = torch.distributions.Normal(0.0, 1.0)
    kl = torch.distributions.kl_divergence(torch.distributions.Normal(q.mean, q.stddev), p).sum(-1)
    assert result.rate == pytest.approx(kl.numpy(), rel=1e-9)


def test_at_the_exact_posterior_it_is_log_p_on_average():
    x = GAUSSIAN.sample(5)
    result = bound(GAUSSIAN.vae("exact"), x, samples=20_000)
    assert result.elbo == pytest.approx(GAUSSIAN.log_prob(x).numpy(), abs=0.1)


def test_with_another_posterior_it_is_less():
    x = GAUSSIAN.sample(500)
    assert bound(GAUSSIAN.vae("wide"), x, 20).elbo.mean() < float(GAUSSIAN.log_prob(x).mean()) - 0.1


def test_two_calls_agree_and_seeds_differ():
    x, model = torch.randn(5, 3), trainable_vae(3, 2).eval()
    assert (bound(model, x).elbo == bound(model, x).elbo).all()
    assert (bound(model, x).elbo != bound(model, x, seed=1).elbo).any()
    state = torch.get_rng_state()
    bound(model, x)
    assert torch.equal(torch.get_rng_state(), state)


def test_means_and_standard_errors():
    rows = np.array([1.0, 2.0, 6.0])
    summary = Bound(elbo=-rows, rate=rows / 2, distortion=rows / 2).summary()
    assert summary["elbo"] == -3
    assert summary["elbo_error"] == pytest.approx(rows.std(ddof=1) / math.sqrt(3))
    assert summary["rate"] == summary["distortion"] == 1.5
    assert math.isnan(Bound(elbo=rows[:1], rate=rows[:1], distortion=rows[:1]).summary()["elbo_error"])
