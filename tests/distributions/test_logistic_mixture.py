"""Mixtures of discretized logistics. Row 32 of the exact answers: the levels sum to one."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import DiscretizedLogistic, LogisticMixture

LEVELS = torch.arange(256.0)


def parameters(n: int, k: int) -> torch.Tensor:
    """Weights, centres within and beyond [-1, 1], log scales from -7 (e^-7 among them) to 5."""
    torch.manual_seed(0)
    logits, loc, log_scale = 3 * torch.randn(n, 1, k), 4 * torch.rand(n, 1, k) - 2, 12 * torch.rand(n, 1, k) - 7
    log_scale[: n // 10] = -7.0
    return torch.stack([logits, loc, log_scale]).double()


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 5e-5)])
def test_the_levels_sum_to_one(dtype, tolerance):
    p = LogisticMixture(*parameters(1000, 3).to(dtype))
    total = p.log_density(LEVELS.to(dtype)).double().exp().sum(-1)
    assert float((total - 1).abs().max()) <= tolerance


def test_it_averages_its_components():
    params = parameters(50, 4)
    p = LogisticMixture(*params)
    weights = params[0].softmax(-1)
    parts = [DiscretizedLogistic(params[1][..., k], params[2][..., k]) for k in range(4)]
    expected = sum(weights[..., k] * q.log_density(LEVELS.double()).exp() for k, q in enumerate(parts))
    torch.testing.assert_close(p.log_density(LEVELS.double()).exp(), expected, rtol=1e-9, atol=1e-15)
    means = (p.log_density(LEVELS.double()).exp() * LEVELS).sum(-1, keepdim=True)
    torch.testing.assert_close(p.mean, means, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_the_extremes(dtype):
    params = torch.tensor([[[0.0, 50.0]], [[-1e3, 1e3]], [[-7.0, 5.0]]], dtype=dtype).requires_grad_()
    for level in (0.0, 100.0, 255.0):
        log_p = LogisticMixture(*params).log_prob(torch.tensor([level], dtype=dtype))
        (slope,) = torch.autograd.grad(log_p, params)
        assert bool(log_p.isfinite())
        assert bool(slope.isfinite().all())
