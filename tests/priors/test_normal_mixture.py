"""The trained mixture as a family: learned alone, or given a condition."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Conditional, Constant
from lowerbound.errors import ConfigError
from lowerbound.networks import MLP
from lowerbound.priors import NormalMixture
from tests.contracts import FamilyContract, PriorContract


class TestNormalMixture(FamilyContract):
    def make(self):
        return NormalMixture((2,), components=3)


class TestOverImages(FamilyContract):
    def make(self):
        return NormalMixture((2, 1, 2), components=2)


class TestLearned(PriorContract):
    def make(self):
        return Constant(NormalMixture((3,), components=4))


def test_at_the_start_centres_differ_and_the_whole_is_about_standard_normal():
    p = Constant(NormalMixture((40,), components=500))()
    assert len(p.components.mean.unique(dim=0)) == 500
    torch.testing.assert_close(p.mean, torch.zeros(40), rtol=0, atol=0.1)
    torch.testing.assert_close(p.variance, torch.ones(40), rtol=0, atol=0.1)


def test_the_spread_is_the_same_every_time_and_leaves_the_generator_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    family = NormalMixture((3,), components=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(family.spread, NormalMixture((3,), components=5).spread)
    assert "spread" in family.state_dict()


def test_raw_parameters_of_a_mixture_give_it_back():
    family = NormalMixture((2,), components=3).double()
    weights, loc = torch.tensor([0.5, 0.2, 0.3], dtype=torch.float64), torch.randn(3, 2).double()
    scale = torch.tensor([[0.01, 0.5], [1.0, 3.0], [0.87, 20.0]], dtype=torch.float64)
    p = family(family.params_of(weights, loc, scale))
    torch.testing.assert_close(p.log_weights.exp(), weights, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(p.components.mean, loc, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(p.components.stddev, scale, rtol=1e-12, atol=1e-12)


def test_a_condition_moves_the_mixture():
    family = NormalMixture((2,), components=3)
    p = Conditional(family, MLP(((4,),), family.params_shape))(None, torch.eye(4))
    assert p.batch_shape == (4,)
    assert len(p.log_prob(torch.zeros(2)).unique()) == 4


def test_gradients_part_components_that_share_the_data():
    prior = Constant(NormalMixture((1,), components=2))
    z = torch.cat([torch.randn(200, 1) * 0.1 - 2, torch.randn(200, 1) * 0.1 + 2])
    optimizer = torch.optim.Adam(prior.parameters(), 0.05)
    for _ in range(300):
        optimizer.zero_grad()
        (-prior().log_prob(z).mean()).backward()
        optimizer.step()
    assert sorted(prior().components.mean.flatten().tolist()) == pytest.approx([-2, 2], abs=0.1)


def test_no_components_are_refused():
    with pytest.raises(ConfigError, match="components=0"):
        NormalMixture((2,), components=0)
