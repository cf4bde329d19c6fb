"""Ordered levels by cumulative logits."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import Ordinal

LEVELS = torch.arange(6.0).double()[:, None]


def made(n: int = 200, dtype: torch.dtype = torch.float64) -> Ordinal:
    """An event of many entries, each with edges and a place of its own."""
    torch.manual_seed(0)
    edges = (4 * torch.randn(n, 5).double()).sort(-1).values.to(dtype)
    return Ordinal(torch.randn(n).to(dtype), edges)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
def test_the_levels_sum_to_one(dtype, tolerance):
    total = made(dtype=dtype).log_density(LEVELS.to(dtype)).double().exp().sum(0)
    assert float((total - 1).abs().max()) <= tolerance


def test_the_mass_is_a_difference_of_distribution_functions():
    p = made()
    below = torch.sigmoid(p.edges - p.params["loc"][:, None])
    cdf = torch.cat([torch.zeros(200, 1), below, torch.ones(200, 1)], -1)
    torch.testing.assert_close(p.log_density(LEVELS).exp().T, cdf.diff(dim=-1), rtol=1e-7, atol=1e-9)


def test_moments_are_sums():
    p = made()
    mass = p.log_density(LEVELS).exp()
    torch.testing.assert_close(p.mean, (mass * LEVELS).sum(0), rtol=1e-9, atol=1e-9)
    second = (mass * LEVELS.square()).sum(0)
    torch.testing.assert_close(p.variance, second - p.mean.square(), rtol=1e-9, atol=1e-9)


def test_every_entry_of_an_image_has_its_edges():
    torch.manual_seed(0)
    edges, loc = torch.randn(2, 3, 4, 5).double().sort(-1).values, torch.randn(7, 2, 3, 4).double()
    x = torch.randint(0, 6, (7, 2, 3, 4)).double()
    p = Ordinal(loc, edges)
    assert (p.batch_shape, p.event_shape) == ((7,), (2, 3, 4))
    flat = Ordinal(loc.flatten(1), edges.flatten(0, 2))
    torch.testing.assert_close(p.log_prob(x), flat.log_prob(x.flatten(1)), rtol=1e-12, atol=0)
    one = Ordinal(loc[:, 1, 2, 3, None], edges[1, 2, 3, None])
    torch.testing.assert_close(p.log_density(x)[:, 1, 2, 3], one.log_prob(x[:, 1, 2, 3, None]), rtol=1e-12, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_where_edges_meet_and_far_out(dtype):
    edges = torch.tensor([[0.0, 0.0, 1e3, 1e3], [-1e3, -1e3, 0.0, 1e-30]], dtype=dtype).requires_grad_()
    for place in (-1e3, 0.0, 1e3):
        loc = torch.full((2,), place, dtype=dtype, requires_grad=True)
        for level in range(5):
            log_p = Ordinal(loc, edges).log_prob(torch.full((2,), float(level), dtype=dtype))
            assert bool(log_p.isfinite())
            assert all(bool(g.isfinite().all()) for g in torch.autograd.grad(log_p, [loc, edges]))
