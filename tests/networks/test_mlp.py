"""Fully connected networks."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError, UnknownNameError
from lowerbound.networks import MLP
from tests.contracts import NetworkContract


class TestMLP(NetworkContract):
    def make(self):
        return MLP(((5,), (3,)), (2, 4), hidden=(8, 6))


class TestLinear(NetworkContract):
    def make(self):
        return MLP(((5,),), (3,), hidden=())


class TestGatedOnImages(NetworkContract):
    def make(self):
        return MLP(((1, 4, 3),), (2,), hidden=(8,), nonlinearity="gated", dropout=0.2)


def test_without_hidden_layers_it_is_linear():
    network = MLP(((3,),), (2,), hidden=())
    a, b = torch.randn(2, 1, 3)
    torch.testing.assert_close(network(a + b) + network(torch.zeros(1, 3)), network(a) + network(b))


def test_gated_layers_multiply():
    network = MLP(((3,),), (2,), hidden=(4,), nonlinearity="gated")
    x = torch.randn(5, 3)
    value, gate = network.layers[0](x).chunk(2, -1)
    torch.testing.assert_close(network(x), network.layers[-1](value * gate.sigmoid()))


def test_dropout_drops_in_training_only():
    network = MLP(((3,),), (2,), hidden=(50,), dropout=0.5)
    x = torch.randn(5, 3)
    assert not torch.equal(network(x), network(x))
    assert torch.equal(network.eval()(x), network(x))


def test_empty_layers_are_refused():
    with pytest.raises(ConfigError, match="hidden"):
        MLP(((3,),), (2,), hidden=(4, 0))


def test_unknown_activations_are_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'relu'"):
        MLP(((3,),), (2,), nonlinearity="relo")


def test_signals_keep_their_power_through_hidden_layers_and_a_third_of_it_at_the_end():
    torch.manual_seed(0)
    network = MLP(((300,),), (2, 400), hidden=(300,) * 6, nonlinearity="identity")
    with torch.no_grad():
        x = torch.randn(500, 300)
        hidden, out = network.layers[:-1](x), network(x)
    assert float(hidden.square().mean()) == pytest.approx(1.0, abs=0.15)
    assert float(out.square().mean() / hidden.square().mean()) == pytest.approx(1 / 3, rel=0.05)


def test_biases_start_at_zero():
    network = MLP(((3,),), (2,), hidden=(4, 5), nonlinearity="gated")
    assert all(not bool(p.any()) for name, p in network.named_parameters() if name.endswith("bias"))
