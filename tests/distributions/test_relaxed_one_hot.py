"""Categorical draws made smooth. Row 68 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats
from torch import distributions as reference

from lowerbound.distributions import RelaxedOneHot, StraightThroughOneHot
from tests.contracts import agreement

LOGITS = torch.tensor([0.7, -0.4, 0.1]).double()


def test_the_largest_entry_is_a_categorical_draw():
    torch.manual_seed(0)
    n = 20_000
    counts = RelaxedOneHot(LOGITS, 0.5).expand((n,)).rsample().argmax(-1).bincount(minlength=3)
    assert stats.chisquare(counts.numpy(), (n * LOGITS.softmax(0)).numpy()).pvalue > 1e-3


@pytest.mark.parametrize("temperature", [0.8, 1.0, 2.0])
def test_the_density_integrates_to_one(temperature):
    """Over three classes, with corners stretched by x = sigmoid(s)."""
    s = torch.linspace(-18, 18, 700).double()
    a, b = torch.meshgrid(s.sigmoid(), s.sigmoid(), indexing="ij")
    x = torch.stack([a, (1 - a) * b, (1 - a) * (1 - b)], -1)
    volume = a * (1 - a).square() * b * (1 - b)
    density = RelaxedOneHot(LOGITS, temperature).log_prob(x).exp() * volume
    assert float(torch.trapezoid(torch.trapezoid(density, s), s)) == pytest.approx(1, abs=1e-3)


def test_the_density_is_torchs():
    logits, temperature = torch.randn(5, 4).double(), 0.6
    ours = RelaxedOneHot(logits, temperature)
    x = ours.rsample()
    theirs = reference.RelaxedOneHotCategorical(torch.tensor(temperature).double(), logits=logits)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-6, atol=1e-6)


def test_two_equal_classes_at_temperature_one_are_uniform():
    p = RelaxedOneHot(torch.zeros(2).double(), 1.0)
    torch.testing.assert_close(p.log_prob(torch.tensor([[0.1, 0.9], [0.5, 0.5]]).double()), torch.zeros(2).double())
    assert stats.kstest(p.expand((5000,)).rsample()[:, 0].numpy(), "uniform").pvalue > 1e-3


def test_straight_through_draws_are_exact_and_move_like_relaxed_ones():
    logits = LOGITS.expand(4000, 3).clone().requires_grad_()
    torch.manual_seed(0)
    hard = StraightThroughOneHot(logits, 0.5).rsample()
    torch.manual_seed(0)
    soft = RelaxedOneHot(logits, 0.5).rsample()
    agreement.discrete_agrees(StraightThroughOneHot(LOGITS, 0.5), torch.eye(3).double())
    direction = torch.tensor([1.0, -2.0, math.pi]).double()
    one, other = (torch.autograd.grad((x @ direction).sum(), logits)[0] for x in (hard, soft))
    torch.testing.assert_close(one, other)
    assert torch.equal(hard.detach().sort(-1).values, torch.tensor([0.0, 0.0, 1.0]).double().expand(4000, 3))
