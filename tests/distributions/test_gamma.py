"""Gamma entries. Row 25 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions as reference
from torch.distributions import kl_divergence

from lowerbound.distributions import Gamma
from tests.distributions.single_precision import agrees


def test_the_known_divergence():
    q = Gamma(torch.tensor([2.0]).double(), torch.tensor([math.log(3.0)], dtype=torch.float64))
    p = Gamma(torch.ones(1).double(), torch.zeros(1).double())
    assert float(kl_divergence(q, p)) == pytest.approx(0.188063290433, abs=1e-11)


def test_density_moments_entropy_and_kl_are_torchs():
    concentration, log_rate, x = torch.rand(5, 4).double() + 0.2, torch.randn(5, 4).double(), torch.rand(5, 4).double()
    ours, other = Gamma(concentration, log_rate), Gamma(x + 0.3, log_rate.flip(0))
    theirs, others = (
        reference.Independent(reference.Gamma(p.params["concentration"], p.params["log_rate"].exp()), 1)
        for p in (ours, other)
    )
    for name in ("mean", "variance", "mode"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours.entropy(), theirs.entropy(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(kl_divergence(ours, other), kl_divergence(theirs, others), rtol=1e-9, atol=1e-9)


def test_draws_are_positive_where_they_would_underflow():
    p = Gamma(torch.full((1000,), 0.01), torch.zeros(1000))
    x = p.rsample()
    assert bool((x > 0).all())
    assert bool(p.expand(()).log_density(x).isfinite().all())


@pytest.mark.parametrize("size", [0.3, 1.0, 30.0, 1e4, 1e6])
@pytest.mark.parametrize("mean", [1.0, 1e3])
def test_large_concentrations_keep_their_digits(size, mean):
    def plain(a, log_rate):
        return reference.Independent(reference.Gamma(a, log_rate.exp()), 1)

    torch.manual_seed(0)
    a, log_rate = size * (1 + torch.rand(20, 3)), math.log(size / mean) + torch.randn(20, 3)
    b, other = (v + min(0.3, size**-0.5) * torch.randn(20, 3) for v in (a.log(), log_rate))
    x = plain(a.double(), log_rate.double()).sample().float().clamp(min=1e-30)
    agrees(lambda a, r, x: Gamma(a, r).log_prob(x), lambda a, r, x: plain(a, r).log_prob(x), a, log_rate, x)
    agrees(lambda a, r: Gamma(a, r).entropy(), lambda a, r: plain(a, r).entropy(), a, log_rate)
    for c, s in ((b.exp(), other), (torch.ones_like(a), torch.zeros_like(a)), (a, log_rate + 1)):
        agrees(
            lambda a, r, c, s: kl_divergence(Gamma(a, r), Gamma(c, s)),
            lambda a, r, c, s: kl_divergence(plain(a, r), plain(c, s)),
            *(a, log_rate, c, s),
        )


def test_a_value_is_known_by_its_ratio_to_the_mean():
    """At the rate one a float32 near a million says its distance from the mean to 1e-4 of the deviation."""
    a, x = torch.full((5, 1), 1e6), 1e6 + torch.linspace(-3e3, 3e3, 5)[:, None]
    truth = reference.Gamma(a.double(), torch.ones(5, 1).double()).log_prob(x.double())
    torch.testing.assert_close(Gamma(a, torch.zeros(5, 1)).log_prob(x).double(), truth[:, 0], rtol=0, atol=4e-4)
