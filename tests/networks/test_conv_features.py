"""Maps of features of an image."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.networks import ConvFeatures
from tests.contracts import NetworkContract


class TestConvFeatures(NetworkContract):
    def make(self) -> ConvFeatures:
        return ConvFeatures(((2, 7, 6),), (4, 3), "tanh")


@pytest.mark.parametrize(("side", "left"), [(1, 1), (2, 1), (5, 2), (8, 2), (28, 7)])
def test_each_stage_halves_the_image_rounding_up(side: int, left: int) -> None:
    network = ConvFeatures(((1, side, 9),), (2, 5))
    assert network.out_shape == (5, left, 3)
    assert network(torch.zeros(3, 1, side, 9)).shape == (3, 5, left, 3)


def test_features_keep_their_place() -> None:
    network = ConvFeatures(((1, 8, 8),), (2,), "identity")
    corner = torch.zeros(1, 1, 8, 8)
    corner[..., 0, 0] = 1.0
    moved = (network(corner) - network(torch.zeros(1, 1, 8, 8)))[0].abs().sum(0) > 0
    assert moved.nonzero().tolist() == [[0, 0]]


def test_what_is_no_image() -> None:
    with pytest.raises(ShapeError, match="needs one image"):
        ConvFeatures(((8,),))
    with pytest.raises(ConfigError, match="at least one stage"):
        ConvFeatures(((1, 8, 8),), ())
