"""The user's own modules."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.core import Network, call, layer_precision
from lowerbound.errors import ShapeError
from lowerbound.networks import Wrapped
from lowerbound.spec import parse


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(2, 3)

    def forward(self, x, c):
        return torch.tanh(self.a(x) + self.b(c))


def make() -> Network:
    return Wrapped.around(Two(), "encoder", ((4,), (2,)), (2, 5))


def test_a_linear_layer_gives_the_shape_needed():
    network = make()
    assert network(torch.randn(7, 4), torch.randn(7, 2)).shape == (7, 2, 5)
    assert call(network, network.in_shapes, [torch.randn(3, 7, 4), torch.randn(7, 2)]).shape == (3, 7, 2, 5)


def test_the_right_shape_is_left_alone():
    module = nn.Linear(4, 6)
    network = Wrapped.around(nn.Sequential(module, nn.Unflatten(1, (2, 3))), "encoder", ((4,),), (2, 3))
    x = torch.randn(5, 4)
    assert torch.equal(network(x).flatten(1), module(x))


def test_its_text_is_a_place_for_the_module():
    network = make()
    waiting = parse(repr(network))
    assert repr(waiting) == repr(network)
    with pytest.raises(ShapeError, match="encoder="):
        waiting(torch.zeros(1, 4), torch.zeros(1, 2))


def test_trying_it_out_changes_nothing():
    module = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    Wrapped.around(module, "encoder", ((4,),), (2,))
    assert module.training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_every_weight_gets_a_gradient():
    network = make()
    network(torch.randn(7, 4), torch.randn(7, 2)).square().sum().backward()
    assert all(bool((p.grad != 0).any()) for p in network.parameters())


def test_reduced_layers_put_out_single_precision():
    network = make()
    with layer_precision(torch.bfloat16):
        assert call(network, network.in_shapes, [torch.randn(7, 4), torch.randn(7, 2)]).dtype == torch.float32


def test_a_module_that_fails_is_reported_with_the_shapes():
    with pytest.raises(ShapeError, match=r"encoder fails on inputs of shape \(2, 9\)"):
        Wrapped.around(nn.Linear(4, 3), "encoder", ((9,),), (2,))


@pytest.mark.parametrize("module", [nn.LSTM(4, 3), nn.Flatten(0)])
def test_a_module_without_rows_is_refused(module):
    with pytest.raises(ShapeError, match="one tensor with a row per input row"):
        Wrapped.around(module, "decoder", ((4,),), (2,))
