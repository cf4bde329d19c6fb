"""Entries that are exactly zero or normal."""

from __future__ import annotations

import math

import torch
from torch.distributions import Normal

from lowerbound.core import noise
from lowerbound.distributions import SpikeAndSlab
from tests.contracts import agreement


def test_the_parts_weigh_what_their_probabilities_say():
    logits = torch.tensor([-1.0, 0.5, 2.0]).double()
    p, pi = SpikeAndSlab(logits), logits.sigmoid()
    value = torch.tensor([0.0, -1.3, 0.0]).double()
    slab = Normal(0.0, 1.0).log_prob(value[1])
    expected = (1 - pi[0]).log() + pi[1].log() + slab + (1 - pi[2]).log()
    torch.testing.assert_close(p.log_prob(value), expected, rtol=1e-12, atol=1e-12)


def test_it_integrates_to_one():
    p = SpikeAndSlab(torch.tensor([0.3]).double())
    grid = torch.linspace(-12, 12, 4000).double()[:, None]
    mass = torch.trapezoid(p.log_prob(grid).exp(), grid[:, 0]) + p.log_prob(torch.zeros(1).double()).exp()
    assert abs(float(mass) - 1) < 1e-9


def test_draws_have_its_zeros_and_its_variance():
    p = SpikeAndSlab(torch.tensor([-2.0, 0.0, 1.0]).double())
    x = p.expand((20_000,)).sample()
    agreement.unbiased((x != 0).double(), p.variance, size=0.01)
    agreement.moments_agree(p)
    assert bool((p.mean == 0).all())


def test_the_second_draw_is_the_slab():
    with noise.use(agreement.Given(torch.tensor([0.2, 0.9]), torch.tensor([1.5, 1.5]))):
        assert SpikeAndSlab(torch.zeros(2)).sample().tolist() == [1.5, 0.0]


def test_expanding_changes_no_density():
    p = SpikeAndSlab(torch.randn(2, 3).double(), event_dim=2)
    assert p.event_shape == (2, 3)
    x = p.expand((5, 4)).sample()
    torch.testing.assert_close(p.expand((5, 4)).log_prob(x), p.log_prob(x))


def test_extreme_odds_stay_finite():
    logits = torch.tensor([1000.0, -1000.0], requires_grad=True)
    log_prob = SpikeAndSlab(logits).log_prob(torch.tensor([[0.5, 0.0], [0.0, 0.5]]))
    (gradient,) = torch.autograd.grad(log_prob.sum(), logits)
    assert bool(log_prob.isfinite().all())
    assert bool(gradient.isfinite().all())
    assert log_prob[0].item() > -2
    assert log_prob[1].item() < -1000 + math.log(2)
