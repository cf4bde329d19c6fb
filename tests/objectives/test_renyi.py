"""Bounds by Rényi's divergence. Row 38, on the toy of section 3."""

from __future__ import annotations

import pytest
import torch

from examples.gradient_signal import bits
from lowerbound.core import Progress, Trace
from lowerbound.errors import ConfigError
from lowerbound.metrics import renyi
from lowerbound.objectives import ELBO, IWAE, Renyi
from tests.contracts import TermContract
from tests.known_answers.discrete import binary, mixture
from tests.known_answers.linear_gaussian import LinearGaussian, toy
from tests.known_answers.test_importance_toy import L1, LOG_P, by_quadrature

GAUSSIAN = LinearGaussian.random(4, 2, seed=1)


class TestRenyi(TermContract):
    def make(self, samples=4):
        return Renyi(0.5, samples)


class TestRenyiNearTheELBO(TermContract):
    def make(self, samples=4):
        return Renyi(0.9, samples)


def bound(alpha: float, trace: Trace) -> float:
    return -float(Renyi(alpha, 120)(trace))


def test_it_runs_from_log_p_to_the_elbo():
    trace = by_quadrature()
    assert bound(0.0, trace) == pytest.approx(LOG_P, abs=1e-8)
    assert bound(1.0, trace) == pytest.approx(L1, abs=1e-8)
    for alpha in (1 - 1e-5, 1 + 1e-5):
        assert bound(alpha, trace) == pytest.approx(L1, abs=1e-5)


def test_it_falls_with_alpha_and_is_above_log_p_below_zero():
    path = [bound(a / 4, by_quadrature()) for a in range(-4, 9)]
    assert path == sorted(path, reverse=True)
    assert path[0] > LOG_P + 0.1


@pytest.mark.parametrize("alpha", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_at_the_exact_posterior_all_are_log_p(alpha):
    assert bound(alpha, by_quadrature("exact")) == pytest.approx(LOG_P, abs=1e-9)


def test_at_its_ends_it_is_the_terms_of_those_names():
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(5)}, samples=6)
    assert torch.equal(Renyi(0.0, 6).rows(trace), IWAE(6).rows(trace))
    assert torch.equal(Renyi(1.0, 6).rows(trace), ELBO(samples=6).rows(trace))
    torch.testing.assert_close(Renyi(-0.7, 6).rows(trace), -renyi(trace.log_weight(), -0.7), rtol=1e-12, atol=1e-12)


def test_enumerated_latents_need_no_draws():
    with torch.no_grad():
        trace = mixture()({"x": binary(5)})
    torch.testing.assert_close(Renyi(0.0, 1).rows(trace), -trace.log_evidence())
    wrong = Renyi(0.5, 1).rows(trace)
    assert bool((wrong > -trace.log_evidence()).all())


def test_below_zero_draws_rise_above_log_p_only_where_they_are_many():
    torch.manual_seed(0)
    x = torch.ones(20_000, 1).double()
    with torch.no_grad():
        few, many = (-Renyi(-1.0, s).rows(toy("prior")({"x": x[: 20_000 // s]}, samples=s)) for s in (1, 100))
    assert float(few.mean()) < LOG_P < float(many.mean())


def test_its_gradient_weighs_draws_by_a_power_of_their_weight():
    trace = GAUSSIAN.vae("wide")({"x": GAUSSIAN.sample(3)}, samples=5)
    log_w = trace.log_weight().detach().requires_grad_()
    (share,) = torch.autograd.grad(renyi(log_w, 0.3).sum(), log_w)
    torch.testing.assert_close(share, (0.7 * log_w).softmax(0), rtol=1e-9, atol=1e-9)


def test_draws_without_a_gradient_are_refused():
    with pytest.raises(ConfigError, match="Renyi"):
        Renyi(0.5, 3).losses(bits()(2), {"x": torch.zeros(2, 6).double()}, Progress())
