"""Convolutional networks, for images of any size and channel count."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.networks import ConvDecoder, ConvEncoder
from lowerbound.networks.conv import depth_to_space, space_to_depth
from tests.contracts import NetworkContract

SMALL = {"channels": (3, 4), "hidden": 6}


class TestConvEncoder(NetworkContract):
    def make(self):
        return ConvEncoder(((1, 5, 7),), (2, 3), **SMALL)


class TestConvEncoderWithCondition(NetworkContract):
    def make(self):
        return ConvEncoder(((2, 4, 4), (3,)), (2,), blocks=2, **SMALL)


class TestConvDecoder(NetworkContract):
    def make(self):
        return ConvDecoder(((4,), (2,)), (1, 5, 7), **SMALL)


class TestConvDecoderOfTwoParameters(NetworkContract):
    def make(self):
        return ConvDecoder(((4,),), (2, 3, 6, 4), **SMALL)


class TestConvDecoderOfClasses(NetworkContract):
    def make(self):
        return ConvDecoder(((4,),), (1, 3, 3, 5), last=5, **SMALL)


@given(st.integers(1, 13), st.integers(1, 13), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=25, derandomize=True, deadline=None)
def test_any_size_goes_in_and_comes_out(height, width, planes, stages):
    channels = (2,) * stages
    shape = (planes, height, width)
    encoder = ConvEncoder((shape,), (3,), channels=channels, hidden=4)
    decoder = ConvDecoder(((3,),), shape, channels=channels, hidden=4)
    assert decoder(encoder(torch.zeros(2, *shape))).shape == (2, *shape)


def painted(network: ConvDecoder, planes: int) -> torch.Tensor:
    """Return one image of a decoder that paints plane k with the number k."""
    last = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)][-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(torch.arange(float(planes)).repeat(4))
        return network(torch.randn(1, 4))[0]


def test_parameters_of_a_pixel_stay_together():
    image = painted(ConvDecoder(((4,),), (2, 3, 5, 3), **SMALL), 6)
    assert image[:, :, 4, 1].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_classes_of_a_pixel_come_last():
    image = painted(ConvDecoder(((4,),), (2, 3, 5, 4), last=4, **SMALL), 8)
    assert image[1, 2, 4].tolist() == [4, 5, 6, 7]


def test_patches_become_channels_and_back():
    x = torch.arange(32.0).reshape(1, 2, 4, 4)
    patches = space_to_depth(x)
    assert patches.shape == (1, 8, 2, 2)
    assert set(patches[0, :, 0, 1].tolist()) == set(x[0, :, :2, 2:].flatten().tolist())
    assert torch.equal(depth_to_space(patches), x)


def test_vectors_are_refused_as_images():
    with pytest.raises(ShapeError, match=r"\(784,\)"):
        ConvEncoder(((784,),), (2,))
    with pytest.raises(ShapeError, match=r"\(784,\)"):
        ConvDecoder(((2,),), (784,))
    with pytest.raises(ShapeError, match="vectors"):
        ConvEncoder(((1, 4, 4), (3, 3)), (2,))


@pytest.mark.parametrize("blocks", [(1,), (1, -1)])
def test_impossible_numbers_of_blocks_are_refused(blocks):
    with pytest.raises(ConfigError, match="blocks"):
        ConvEncoder(((1, 4, 4),), (2,), channels=(2, 2), blocks=blocks)


@pytest.mark.parametrize("channels", [(), (0,)])
def test_stages_without_channels_are_refused(channels):
    with pytest.raises(ConfigError, match="channels"):
        ConvEncoder(((1, 4, 4),), (2,), channels=channels)
