"""Levels as bins of a logistic. Row 32 of the exact answers: they sum to one."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.distributions import DiscretizedLogistic
from tests.contracts import agreement

LEVELS = torch.arange(256.0)


def parameters(n: int = 1000) -> tuple[torch.Tensor, torch.Tensor]:
    """Centres within and beyond [-1, 1], log scales from -7 (e^-7 among them) to 5."""
    loc = 4 * torch.rand(n).double() - 2
    log_scale = 12 * torch.rand(n).double() - 7
    log_scale[:100] = -7.0
    return loc, log_scale


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 5e-5)])
def test_the_levels_sum_to_one(dtype, tolerance):
    loc, log_scale = (t.to(dtype)[:, None] for t in parameters())
    p = DiscretizedLogistic(loc, log_scale)
    total = p.log_density(LEVELS.to(dtype)).double().exp().sum(1)
    assert float((total - 1).abs().max()) <= tolerance


def test_a_bin_is_a_difference_of_distribution_functions():
    loc, log_scale = 2 * torch.rand(200, 1).double() - 1, 3 * torch.rand(200, 1).double() - 3
    edges = (2 * torch.arange(1, 256).double() - 256) / 255
    cdf = torch.sigmoid((edges - loc) / log_scale.exp())
    zero, one = torch.zeros(200, 1).double(), torch.ones(200, 1).double()
    exact = torch.cat([cdf, one], 1) - torch.cat([zero, cdf], 1)
    ours = DiscretizedLogistic(loc, log_scale).log_density(LEVELS.double()).exp()
    torch.testing.assert_close(ours, exact, rtol=1e-9, atol=1e-12)


def test_gradients_are_finite_at_the_extremes():
    for dtype in (torch.float32, torch.float64):
        loc = torch.tensor([-5.0, -1.0, 0.0, 1.0, 5.0], dtype=dtype)[:, None, None].requires_grad_()
        log_scale = torch.tensor([-7.0, 0.0, 5.0], dtype=dtype)[:, None].requires_grad_()
        log_prob = DiscretizedLogistic(loc, log_scale).log_density(LEVELS.to(dtype))
        log_prob.sum().backward()
        assert bool(log_prob.isfinite().all())
        assert bool(loc.grad.isfinite().all())
        assert bool(log_scale.grad.isfinite().all())
        assert bool((loc.grad.flatten()[[0, 1]] > 0).all()), "levels above the centre pull it up"


def test_the_mean_is_the_sum_over_levels():
    p = DiscretizedLogistic(*parameters(300), event_dim=0)
    exact = (p.log_density(LEVELS.double()[:, None]).exp() * LEVELS.double()[:, None]).sum(0)
    torch.testing.assert_close(p.mean, exact, rtol=1e-6, atol=1e-6)


def test_the_mode_is_the_likeliest_level():
    p = DiscretizedLogistic(*parameters(300), event_dim=0)
    likeliest = p.log_density(LEVELS.double()[:, None]).max(0).values
    torch.testing.assert_close(p.log_density(p.mode), likeliest, rtol=1e-9, atol=1e-9)


def test_draws_follow_the_levels():
    p = DiscretizedLogistic(torch.tensor([0.2]).double(), torch.tensor([-3.0]).double(), levels=32)
    agreement.discrete_agrees(p, torch.arange(32.0).double()[:, None])


def test_the_levels_span_minus_one_to_one():
    p = DiscretizedLogistic(torch.tensor([-1.0, 0.0, 1.0]), torch.full((3,), math.log(1e-3)), levels=5)
    assert p.mode.tolist() == [0.0, 2.0, 4.0]
