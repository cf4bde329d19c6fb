"""Strings of tokens. Row 65 of the exact answers, on the distribution."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import layer_precision, noise
from lowerbound.distributions import Autoregressive
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import TransformerCategorical
from tests.contracts import LikelihoodContract, agreement
from tests.likelihoods.test_causal_transformer import shaken


class StringContract(LikelihoodContract):
    def family(self, dtype=torch.float64):
        return shaken(super().family(dtype), 0.3)

    def test_the_density_reaches_the_parameters(self):
        """All of them: in forty strings, every token comes first or in the middle."""
        family, params = self.family(), self.params((40,)).requires_grad_()
        family(params).log_prob(family(params).sample()).sum().backward()
        assert bool((params.grad != 0).any(0).all())
        for name, own in family.named_parameters():
            assert bool(own.grad.isfinite().all()), name
            assert bool((own.grad != 0).all()), name


class TestTransformerCategorical(StringContract):
    entry = (0.0, 1.0, 2.0)

    def make(self):
        return TransformerCategorical((4,), n_classes=3, width=8, layers=1, heads=2, context=3)


class TestAnImage(StringContract):
    entry = (0.0, 1.0)

    def make(self):
        return TransformerCategorical((1, 2, 2), n_classes=2, width=8, heads=2, context=2)


@pytest.mark.parametrize(("shape", "classes"), [((10,), 2), ((5,), 4), ((2, 3), 3), ((1,), 5)])
def test_probabilities_of_all_strings_sum_to_one(shape, classes):
    family = shaken(TransformerCategorical(shape, classes, context=3).double())
    values = agreement.every_value([float(k) for k in range(classes)], shape)
    log_prob = family(torch.randn(3).double()).log_prob(values)
    torch.testing.assert_close(log_prob.exp().sum(), torch.ones(()).double(), rtol=1e-9, atol=1e-9)
    assert float(log_prob.detach().std()) > 0.1


@pytest.mark.thorough
@pytest.mark.parametrize("source", [noise.Shared(0), noise.Window(0, 6)])
def test_draws_by_steps_are_draws_by_passes(source):
    family = shaken(TransformerCategorical((2, 3), 4, width=8, context=3).double(), 0.3)
    p = family(torch.randn(6, 3).double())
    plain = Autoregressive(p.conditionals, p.like, 2)
    torch.testing.assert_close(p.mean, plain.mean, rtol=1e-9, atol=1e-9)
    drawn = []
    for way in (p, plain):
        torch.manual_seed(0)
        source.draws = 0
        with noise.use(source):
            drawn.append(way.expand((50, 6)).sample())
    assert torch.equal(*drawn)
    assert len(drawn[0].unique()) == 4


def test_a_draw_looks_at_each_position_once():
    family, seen = TransformerCategorical((9,), 4), []
    family.network.blocks[0].register_forward_hook(lambda module, given, out: seen.append(out.shape[1]))
    family(torch.zeros(3, 32)).sample()
    assert seen == [1] * 9


def test_zeros_are_near_fair_dice():
    p = TransformerCategorical((6,), 5)(torch.zeros(32))
    x = torch.randint(5, (50, 6)).float()
    torch.testing.assert_close(p.log_prob(x), torch.full((50,), -6 * math.log(5)), rtol=0, atol=0.8)


def test_layers_may_be_of_lower_precision():
    family = TransformerCategorical((6,), 5)
    params, x = torch.randn(8, 32), torch.randint(5, (8, 6)).float()
    exact = family(params).log_prob(x)
    with layer_precision(torch.bfloat16):
        rough = family(params).log_prob(x)
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough, exact, rtol=0, atol=0.05)


@pytest.mark.thorough
def test_it_learns_what_independent_entries_cannot():
    """The second half repeats the first: it costs nothing, and draws obey."""
    torch.manual_seed(0)
    x = agreement.every_value((0.0, 1.0, 2.0, 3.0), (2,)).float().repeat(1, 2)
    family = TransformerCategorical((4,), 4, width=16)
    optimizer = torch.optim.Adam(family.parameters(), 1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        loss = -family(torch.zeros(32)).log_prob(x).mean()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) <= 2 * math.log(4) + 0.1
    first, second = family(torch.zeros(32)).sample((200,)).chunk(2, -1)
    assert float((first == second).double().mean()) >= 0.98


def test_one_class_is_refused():
    with pytest.raises(ConfigError, match="n_classes=1"):
        TransformerCategorical((3,), 1)
