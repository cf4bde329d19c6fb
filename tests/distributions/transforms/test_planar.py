"""Planar flows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.distributions import PlanarTransform
from tests.contracts import TransformContract


class TestPlanar(TransformContract):
    raw_size = 7

    def make(self, raw):
        return PlanarTransform(raw[..., :3], raw[..., 3:6], raw[..., 6:])


@given(st.integers(0, 1000), st.integers(1, 8), st.sampled_from([1e-4, 0.1, 1.0, 10.0, 1e3]))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_constraint_holds_for_any_parameters(seed, size, scale):
    generator = torch.Generator().manual_seed(seed)
    u, w = scale * torch.randn(2, 100, size, generator=generator, dtype=torch.float64)
    step = PlanarTransform(u, w, torch.zeros(100, 1).double())
    assert bool(((step.u * w).sum(-1) > -1).all())


def test_only_the_part_along_w_is_changed():
    u, w = torch.randn(2, 50, 4).double()
    change = PlanarTransform(u, w, torch.zeros(50, 1).double()).u - u
    off = change - (change * w).sum(-1, keepdim=True) * w / w.square().sum(-1, keepdim=True)
    assert float(off.abs().max()) <= 1e-12


@pytest.mark.parametrize("u", [-3.0, -0.9, 2.0])
def test_one_dimension_by_hand(u):
    step = PlanarTransform(torch.tensor([u]).double(), torch.ones(1).double(), torch.tensor([0.3]).double())
    z = torch.linspace(-4, 4, 2001).double()[:, None]
    value, log_det = step.forward(z)
    assert bool((value.diff(dim=0) > 0).all())
    slope = (value[2:] - value[:-2]).squeeze(-1) / (z[2:] - z[:-2]).squeeze(-1)
    torch.testing.assert_close(log_det[1:-1].exp(), slope, rtol=1e-3, atol=1e-5)
