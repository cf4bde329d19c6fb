"""The transition leaves its density as it is."""

from __future__ import annotations

import torch

from lowerbound.metrics import transition
from tests.contracts import agreement

SCALE = torch.tensor([0.5, 2.0]).double()


def density(u):
    """Independent logistic coordinates: not a normal, so that leapfrog steps are not exact."""
    v = u / SCALE
    return (-v - 2 * torch.nn.functional.softplus(-v) - SCALE.log()).sum(-1)


def test_draws_stay_draws():
    u = SCALE * torch.logit(torch.rand(20_000, 1, 2, dtype=torch.float64).clamp(1e-12, 1 - 1e-12))
    size = (1.3 * SCALE)[None]
    for _ in range(3):
        u, probability = transition(density, u, size, leapfrogs=4)
    assert 0.5 < float(probability.mean()) < 0.98
    quantiles = torch.sigmoid(u[:, 0] / SCALE)
    agreement.unbiased(quantiles, 0.5, size=0.01)
    agreement.unbiased(quantiles.square(), 1 / 3, size=0.01)


def test_chains_reach_the_density():
    u = torch.full((2000, 1, 2), 5.0).double()
    for _ in range(40):
        u, _ = transition(density, u, (0.8 * SCALE)[None], leapfrogs=5)
    agreement.unbiased(torch.sigmoid(u[:, 0] / SCALE), 0.5, size=0.02)


def test_long_steps_are_rejected_and_nothing_is_lost_out_of_bounds():
    u = torch.zeros(100, 3, 2).double()
    moved, probability = transition(density, u, torch.full((3, 2), 1e6).double())
    assert bool(moved.isfinite().all())
    wild, probability = transition(lambda v: density(v).log(), u, torch.full((3, 2), 1.0).double())
    assert bool((wild == u).all())
    assert float(probability.max()) == 0
    near, probability = transition(density, u, torch.full((3, 2), 1e-4).double())
    assert float(probability.min()) > 0.999
    assert bool((near != u).any())
