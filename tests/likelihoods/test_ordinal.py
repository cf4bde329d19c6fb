"""Ordered classes."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Ordinal
from tests.contracts import LikelihoodContract


class TestOrdinal(LikelihoodContract):
    entry = (0.0, 1.0, 2.0)

    def make(self):
        return Ordinal((2,), levels=3)

    def family(self, dtype=torch.float64):
        """Edges that are not those at first."""
        made = super().family(dtype)
        made.raw_edges.data.copy_(torch.tensor([[0.05, -0.1], [-0.02, 0.03]]))
        return made


class TestTwoLevels(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return Ordinal((1, 2, 1), levels=2)


def test_one_level_is_refused():
    with pytest.raises(ConfigError, match="levels=1"):
        Ordinal((3,), levels=1)


def test_levels_are_equally_likely_at_first():
    p = Ordinal((1,), levels=7)(torch.zeros(1)).log_density(torch.arange(7.0)).exp()
    torch.testing.assert_close(p, torch.full((7,), 1 / 7), rtol=1e-5, atol=0)


@pytest.mark.parametrize("size", [-1e3, -1.0, 1.0, 1e3])
def test_edges_stay_in_order(size):
    family = Ordinal((3,), levels=256)
    family.raw_edges.data.normal_(generator=torch.Generator().manual_seed(0)).mul_(size)
    assert bool((family.edges().double().diff(dim=-1) >= 0).all())
    levels = torch.arange(256.0)[:, None]
    assert bool(family(torch.zeros(3)).log_density(levels).isfinite().all())
