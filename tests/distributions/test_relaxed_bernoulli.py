"""Binary draws made smooth. Row 68 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from scipy import stats
from torch import distributions as reference

from lowerbound.distributions import RelaxedBernoulli, StraightThroughBernoulli
from tests.contracts import agreement

LOGIT = torch.tensor([0.7]).double()


def test_above_one_half_as_often_as_one():
    torch.manual_seed(0)
    n = 20_000
    ones = int((RelaxedBernoulli(LOGIT, 0.5).expand((n,)).rsample() > 0.5).sum())
    assert stats.binomtest(ones, n, float(LOGIT.sigmoid())).pvalue > 1e-3


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_the_density_integrates_to_one(temperature):
    s = torch.linspace(-36, 36, 20_001).double()
    x = s.sigmoid()[:, None].clamp(max=1 - 2**-53)
    density = RelaxedBernoulli(LOGIT, temperature).log_prob(x).exp() * (x * (1 - x))[:, 0]
    assert float(torch.trapezoid(density, s)) == pytest.approx(1, abs=1e-3)


def test_the_density_is_torchs():
    logits, temperature = torch.randn(5, 4).double(), 0.6
    ours = RelaxedBernoulli(logits, temperature)
    x = ours.rsample().clamp(1e-6, 1 - 1e-6)
    theirs = reference.Independent(reference.RelaxedBernoulli(torch.tensor(temperature).double(), logits=logits), 1)
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_draws_stay_inside(dtype):
    p = RelaxedBernoulli(torch.linspace(-50, 50, 5000, dtype=dtype), 0.1)
    x = p.rsample()
    assert bool(((x > 0) & (x < 1)).all())
    assert bool(p.log_density(x).isfinite().all())


def test_straight_through_draws_are_exact_and_move_like_relaxed_ones():
    logits = LOGIT.expand(4000).clone().requires_grad_()
    torch.manual_seed(0)
    hard = StraightThroughBernoulli(logits, 0.5).rsample()
    torch.manual_seed(0)
    soft = RelaxedBernoulli(logits, 0.5).rsample()
    agreement.discrete_agrees(StraightThroughBernoulli(LOGIT, 0.5), torch.tensor([[0.0], [1.0]]).double())
    one, other = (torch.autograd.grad(x.sum(), logits)[0] for x in (hard, soft))
    torch.testing.assert_close(one, other)
    assert torch.equal(hard.detach(), (soft.detach() > 0.5).double())
