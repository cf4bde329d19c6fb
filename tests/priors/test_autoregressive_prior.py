"""The autoregressive prior."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ShapeError
from lowerbound.priors import AutoregressivePrior
from tests.contracts import PriorContract
from tests.priors.flows import DensityOnly, integral, trained


class Autoregressive(DensityOnly):
    def distribution(self, dtype=torch.float64):
        return moved(self.make()).to(dtype)(*(c if c is None else c.to(dtype) for c in self.contexts()))


class TestAutoregressivePrior(Autoregressive, PriorContract):
    def make(self):
        return AutoregressivePrior((3,), hidden=(8,), mixtures=3)


class TestOneMixtureOfAnImage(Autoregressive, PriorContract):
    def make(self):
        return AutoregressivePrior((1, 2, 1), hidden=(8, 8), mixtures=1)


def moved(prior):
    """Move every weight off its start."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in prior.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=generator))
    return prior


def test_it_starts_near_a_standard_normal():
    p = AutoregressivePrior((5,)).double()()
    z = torch.randn(2000, 5).double()
    standard = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    assert abs(float((standard - p.log_prob(z)).mean().detach())) < 0.3


def test_its_density_integrates_to_one():
    assert integral(moved(AutoregressivePrior((2,), hidden=(16,))).double()()) == pytest.approx(1, abs=1e-3)


def test_a_condition_moves_it():
    prior = moved(AutoregressivePrior((3,), condition=(2, 2)))
    c = torch.randn(4, 2, 2)
    p = prior(None, c)
    assert p.batch_shape == (4,)
    z = torch.zeros(4, 3)
    torch.testing.assert_close(p.log_prob(z)[1], prior(None, c[1]).log_prob(z[1]))
    assert len(p.log_prob(z).unique()) == 4
    with pytest.raises(ShapeError, match="needs a condition"):
        prior(None, None)
    with pytest.raises(ShapeError, match=r"\(4, 3\)"):
        prior(None, torch.zeros(4, 3))


def test_it_learns_what_a_normal_cannot():
    assert trained(AutoregressivePrior((2,), hidden=(32,)), 150) < -0.5
