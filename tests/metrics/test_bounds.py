"""Rows 36, 38, 39, 44, 50, 51: bounds as functions of log-weights, on the toy whose answers are known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.metrics import (
    chi_square_upper,
    jackknife,
    kl_estimates,
    log_mean,
    renyi,
    roulette,
    roulette_levels,
)
from tests.contracts import agreement
from tests.known_answers.discrete import binary, mixture
from tests.known_answers.test_importance_toy import L1, LOG_P

VARIANCE = 0.3641174  # of w / p(x), with q the prior


def log_weights(z: Tensor) -> Tensor:
    """log p(x | z) at x = 1: q is the prior."""
    return -0.5 * (1 - z).square() - 0.5 * math.log(2 * math.pi)


def drawn(samples: int, rows: int) -> Tensor:
    return log_weights(torch.randn(samples, rows, dtype=torch.float64))


def nodes() -> tuple[Tensor, Tensor]:
    z, weight = agreement.gauss_hermite(120)
    return log_weights(z)[:, None], weight[:, None]


class TestRenyi:
    def test_it_runs_from_log_p_to_the_elbo(self):
        log_w, weight = nodes()
        assert float(renyi(log_w, 0.0, weight)) == pytest.approx(LOG_P, abs=1e-8)
        assert float(renyi(log_w, 1.0, weight)) == pytest.approx(L1, abs=1e-8)
        for alpha in (1 - 1e-5, 1 + 1e-5):
            assert float(renyi(log_w, alpha, weight)) == pytest.approx(L1, abs=1e-5)

    def test_it_falls_with_alpha(self):
        log_w, weight = nodes()
        path = torch.stack([renyi(log_w, a / 4, weight) for a in range(-4, 9)])
        assert bool((path.diff(dim=0) < 0).all())

    def test_enumerated_latents_are_exact(self):
        with torch.no_grad():
            trace = mixture()({"x": binary(5)})
        found = renyi(trace.log_weight().flatten(0, 1), 0.0, trace.weight.flatten(0, 1))
        torch.testing.assert_close(found, trace.log_evidence())
        torch.testing.assert_close(
            renyi(trace.log_weight()[:, 0], 1.0, trace.weight[:, 0]), trace.mean(trace.log_weight())
        )

    def test_of_equal_weights_all_bounds_are_the_same(self):
        for alpha in (-1.0, 0.0, 0.5, 1.0, 2.0):
            assert renyi(torch.full((6, 2), -3.0), alpha).tolist() == pytest.approx([-3.0, -3.0])


class TestChiSquareUpper:
    def test_log_p_lies_between(self):
        log_w, weight = nodes()
        two, more = (float(chi_square_upper(log_w, order, weight)) for order in (2.0, 3.0))
        assert L1 < LOG_P < two < more
        assert two == pytest.approx(LOG_P + 0.5 * math.log(1 + VARIANCE), abs=1e-6)
        assert float(chi_square_upper(log_w, 1.0, weight)) == pytest.approx(LOG_P, abs=1e-8)

    def test_draws_agree_with_the_nodes(self):
        log_w, weight = nodes()
        found = chi_square_upper(drawn(200_000, 1))
        assert float(found) == pytest.approx(float(chi_square_upper(log_w, 2.0, weight)), abs=0.01)

    def test_lower_orders_are_refused(self):
        with pytest.raises(ConfigError, match="order=0.5"):
            chi_square_upper(torch.zeros(3, 1), 0.5)


def test_the_bias_of_the_bound_falls_like_one_over_k():
    """Row 44: k (log p - L_k) -> .18206 at k = 500, with mean(w) / p(x) - 1, of mean zero, as control variate."""
    excess = []
    for _ in range(10):
        relative = log_mean(drawn(500, 4000)) - LOG_P
        excess.append(500 * (relative.expm1() - relative))
    found = torch.cat(excess)
    agreement.unbiased(found, VARIANCE / 2, size=0.004)
    assert float(found.mean()) == pytest.approx(0.18206, abs=0.02)


class TestJackknife:
    def bias(self, samples: int, rows: int = 400_000) -> tuple[float, float]:
        parts = []
        for _ in range(8):
            log_w = drawn(samples, rows // 8)
            parts.append(jackknife(log_w) - LOG_P - (log_mean(log_w) - LOG_P).expm1())
        found = torch.cat(parts)
        return float(found.mean()), float(found.std()) / math.sqrt(len(found))

    def test_its_bias_is_of_order_one_over_k_squared(self):
        (few, error), (more, other) = self.bias(4), self.bias(8)
        assert error < 6e-4
        assert abs(few) < 0.02 < VARIANCE / 2 / 4 / 2
        assert abs(more) < abs(few) / 3.5 + 4 * (error + other)

    def test_it_is_the_sum_over_the_left_out(self):
        log_w = drawn(5, 3)
        without = [log_mean(torch.cat([log_w[:i], log_w[i + 1 :]])) for i in range(5)]
        by_hand = 5 * log_mean(log_w) - 4 * torch.stack(without).mean(0)
        torch.testing.assert_close(jackknife(log_w), by_hand, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(jackknife(log_w + 1000), by_hand + 1000, rtol=1e-9, atol=1e-9)

    def test_one_sample_is_refused(self):
        with pytest.raises(ConfigError, match="at least two"):
            jackknife(torch.zeros(1, 1))


class TestRoulette:
    """Row 51."""

    def test_levels_have_their_tail(self):
        levels = roulette_levels(400_000, torch.Generator().manual_seed(0))
        for j in (1, 2, 4, 6):
            known = 2 ** (-1.5 * j)
            assert float((levels >= j).double().mean()) == pytest.approx(known, abs=4 * math.sqrt(known / 400_000))

    def test_it_has_no_bias(self):
        found = []
        for seed in range(20):
            levels = roulette_levels(10_000, torch.Generator().manual_seed(seed))
            found += [
                roulette(drawn(2**level, int((levels == level).sum())), levels[levels == level])
                for level in levels.unique().tolist()
            ]
        assert len(torch.cat(found)) == 200_000
        agreement.unbiased(torch.cat(found), LOG_P, size=5e-3)

    def test_rows_use_their_own_samples(self):
        log_w = drawn(8, 3)
        assert roulette(log_w, torch.tensor([0, 0, 0])).tolist() == log_w[0].tolist()
        levels = torch.tensor([1, 3, 0])
        torch.testing.assert_close(roulette(log_w, levels)[1], roulette(log_w[:, 1:2], levels[1:2])[0])

    def test_too_few_samples_are_refused(self):
        with pytest.raises(ConfigError, match="needs 8 samples"):
            roulette(torch.zeros(7, 1), torch.tensor([3]))


def test_three_estimates_of_a_kl():
    """Row 36: k1 and k3 have the KL of row 21 as their mean; k3 is never negative."""
    q = DiagonalNormal(torch.ones(1).double(), torch.full((1,), math.log(0.5)).double())
    p = DiagonalNormal(torch.zeros(1).double(), torch.zeros(1).double())
    z = q.expand((200_000,)).rsample()
    found = kl_estimates(p.log_prob(z) - q.log_prob(z))
    agreement.unbiased(found["k1"], 0.818147180560, size=5e-3)
    assert float(found["k3"].min()) >= 0
    assert float(found["k2"].min()) >= 0
    near = DiagonalNormal(torch.full((1,), 0.1).double(), torch.zeros(1).double())
    z = near.expand((200_000,)).rsample()
    close = kl_estimates(p.log_prob(z) - near.log_prob(z))
    agreement.unbiased(close["k3"], 0.005, size=1e-4)
    assert float(close["k2"].mean()) == pytest.approx(0.005, rel=0.05)
    assert float(close["k3"].var()) < float(close["k1"].var()) / 10
