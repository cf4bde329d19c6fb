"""Layers divided by their largest singular value."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from lowerbound.networks import MLP, ConvDecoder, SpectralNorm
from tests.contracts.network import NetworkContract


class TestSpectralNormOfVectors(NetworkContract):
    def make(self):
        return SpectralNorm(MLP(((3,),), (2, 2), (8,), "gated"))


class TestSpectralNormOfImages(NetworkContract):
    def make(self):
        return SpectralNorm(ConvDecoder(((3,),), (1, 8, 8), channels=(4,), hidden=8))


def settled(network: SpectralNorm, passes: int = 200) -> SpectralNorm:
    """Let the power iterations settle at the present weights."""
    network.train()
    with torch.no_grad():
        for _ in range(passes):
            network(*(torch.zeros(1, *shape) for shape in network.in_shapes))
    return network.eval()


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_power_iteration_agrees_with_the_singular_values(scale: float) -> None:
    torch.manual_seed(0)
    network = SpectralNorm(MLP(((6,),), (5,), (7,)))
    with torch.no_grad():
        for p in network.parameters():
            p.mul_(scale)
    settled(network)
    for i, name in enumerate(network.names):
        used = network._normalised(i, name).detach().flatten(1)
        assert float(torch.linalg.matrix_norm(used, 2)) == pytest.approx(1.0, abs=1e-3)
        weight = network.network.get_parameter(name).detach()
        torch.testing.assert_close(used, weight / torch.linalg.matrix_norm(weight, 2), rtol=1e-3, atol=1e-3)


def test_no_pair_of_inputs_is_taken_further_apart() -> None:
    torch.manual_seed(0)
    plain = MLP(((6,),), (5,), (7, 7))
    with torch.no_grad():
        plain.layers[0].weight.mul_(20)
    network = settled(SpectralNorm(plain))
    a, b = torch.randn(500, 6), torch.randn(500, 6)
    with torch.no_grad():
        apart, before = (network(a) - network(b)).norm(dim=1), (a - b).norm(dim=1)
    assert bool((apart <= before * 1.001).all())


def test_evaluation_moves_no_direction_and_training_does() -> None:
    network = SpectralNorm(MLP(((6,),), (5,), (7,)))
    x, before = torch.randn(3, 6), copy.deepcopy(network.state_dict())
    network.eval()(x)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    network.train()(x)
    assert any(not torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_layer_of_zeros_stays_zero_and_has_a_gradient() -> None:
    network = SpectralNorm(MLP(((3,),), (2,), hidden=()))
    with torch.no_grad():
        network.network.layers[0].weight.zero_()
    out = network(torch.ones(4, 3))
    out.sum().backward()
    assert torch.equal(out.detach(), network.network.layers[0].bias.detach().expand(4, 2))
    assert bool(network.network.layers[0].weight.grad.isfinite().all())


def test_only_linear_maps_are_touched() -> None:
    network = SpectralNorm(MLP(((3,),), (2,), (4,), "relu"))
    assert network.names == ["layers.0.weight", "layers.2.weight"]
    assert {type(m) for m in network.network.layers} == {nn.Linear, nn.ReLU}
