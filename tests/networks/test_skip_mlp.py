"""Codes that enter every layer."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError
from lowerbound.networks import MLP, SkipMLP
from tests.contracts import NetworkContract


class TestSkipMLP(NetworkContract):
    def make(self):
        return SkipMLP(((5,), (3,)), (2, 4), hidden=(8, 6))


class TestLinear(NetworkContract):
    def make(self):
        return SkipMLP(((5,),), (3,), hidden=())


class TestGated(NetworkContract):
    def make(self):
        return SkipMLP(((4,),), (1, 4, 3), hidden=(8, 8), nonlinearity="gated", dropout=0.2)


def test_every_layer_reads_the_codes() -> None:
    network = SkipMLP(((2,),), (1,), hidden=(4, 4))
    assert [layer[0].in_features for layer in network.layers] == [2, 6]
    assert network.last.in_features == 6
    with torch.no_grad():
        for layer in network.layers:
            layer[0].weight.zero_()
    z = torch.randn(5, 2)
    torch.testing.assert_close(network(z) - network(torch.zeros(5, 2)), z @ network.last.weight[:, 4:].T)


def test_without_the_codes_in_between_it_is_an_mlp() -> None:
    skip, plain = SkipMLP(((2,),), (3,), hidden=(4, 5)), MLP(((2,),), (3,), hidden=(4, 5))
    with torch.no_grad():
        for layer, width in ((skip.layers[1][0], 4), (skip.last, 5)):
            layer.weight[:, width:] = 0.0
        for mine, theirs in zip((skip.layers[0][0], skip.layers[1][0], skip.last), plain.layers[::2], strict=True):
            theirs.weight.copy_(mine.weight[:, : theirs.in_features])
            theirs.bias.copy_(mine.bias)
    z = torch.randn(6, 2)
    torch.testing.assert_close(skip(z), plain(z))


def test_a_layer_without_units_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one unit"):
        SkipMLP(((2,),), (1,), hidden=(0,))
