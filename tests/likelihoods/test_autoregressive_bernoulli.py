"""Dependent binary vectors. Rows 62 and 63 of the exact answers."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.functional import jacobian

from lowerbound.likelihoods import AutoregressiveBernoulli
from tests.contracts import LikelihoodContract, agreement


def shaken(family: AutoregressiveBernoulli, size: float = 0.5) -> AutoregressiveBernoulli:
    """Set every weight at random, so that entries depend on each other."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in family.parameters():
            weight.copy_(size * torch.randn(weight.shape, generator=generator, dtype=torch.float64).to(weight.dtype))
    return family


class TestAutoregressiveBernoulli(LikelihoodContract):
    entry = (0.0, 1.0)

    def make(self):
        return AutoregressiveBernoulli((4,), hidden=(16,))

    def family(self, dtype=torch.float64):
        return shaken(super().family(dtype))

    def test_the_density_reaches_the_parameters(self):
        family, params = self.family(), self.params((40,)).requires_grad_()
        family(params).log_prob(family(params).sample()).sum().backward()
        assert bool((params.grad != 0).any(0).all())
        for name, own in family.named_parameters():
            mask = family.get_submodule(name.rpartition(".")[0])
            used = getattr(mask, "mask", torch.ones(()))
            used = used if name.endswith("weight") else torch.ones(())
            assert torch.equal(own.grad != 0, used.expand_as(own) != 0), name


class TestAnImageWithoutHiddenLayers(LikelihoodContract):
    entry = (0.0, 1.0)
    test_the_density_reaches_the_parameters = None  # above

    def make(self):
        return AutoregressiveBernoulli((1, 2, 2), hidden=())

    def family(self, dtype=torch.float64):
        return shaken(super().family(dtype))


@pytest.mark.parametrize("hidden", [(), (7,), (32, 16)])
def test_probabilities_of_all_strings_sum_to_one(hidden):
    family = shaken(AutoregressiveBernoulli((10,), hidden).double())
    values = agreement.every_value((0.0, 1.0), (10,))
    total = family(torch.randn(10).double()).log_prob(values).exp().sum()
    torch.testing.assert_close(total, torch.ones(()).double(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("hidden", [(), (7,), (32, 16)])
def test_an_entry_sees_those_before_it_alone(hidden):
    family = shaken(AutoregressiveBernoulli((6,), hidden).double())
    p = family(torch.randn(6).double())
    derivative = jacobian(lambda x: p.conditionals(x).params["logits"], torch.randn(6).double())
    assert torch.equal(derivative, derivative.tril(-1))
    assert bool((derivative[torch.tril_indices(6, 6, -1).unbind()] != 0).all())


def test_zeros_are_fair_coins():
    p = AutoregressiveBernoulli((5,))(torch.zeros(5))
    assert float((p.mean - 0.5).abs().max()) <= 0.05


def test_it_learns_what_independent_entries_cannot():
    """Two entries that are always alike cost one bit, not two."""
    torch.manual_seed(0)
    x = torch.randint(0, 2, (256, 1)).float().expand(-1, 2)
    family = AutoregressiveBernoulli((2,), hidden=(8,))
    optimizer = torch.optim.Adam(family.parameters(), 0.05)
    for _ in range(200):
        optimizer.zero_grad()
        loss = -family(torch.zeros(2)).log_prob(x).mean()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) <= 0.75
