"""A critic with features."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ShapeError
from lowerbound.networks import MLP, ConvFeatures, Discriminator, Standardized
from tests.contracts import NetworkContract


class TestDiscriminator(NetworkContract):
    def make(self) -> Discriminator:
        return Discriminator(MLP(((5,),), (6,), (8,), "tanh"), MLP(((6,),), (1,), (4,), "tanh"))


class TestOfImages(NetworkContract):
    def make(self) -> Discriminator:
        body = ConvFeatures(((2, 6, 5),), (4,), "tanh")
        return Discriminator(Standardized(body), MLP((body.out_shape,), (1,), (4,), "tanh"))


class TestOfACondition(NetworkContract):
    def make(self) -> Discriminator:
        return Discriminator(MLP(((5,),), (6,), (8,), "tanh"), MLP(((6,), (3,)), (1,), (4,), "tanh"))


def test_features_are_of_rows_and_the_judgement_of_both() -> None:
    critic = TestOfACondition().make()
    x, c = torch.randn(7, 5), torch.randn(7, 3)
    features = critic.features(x)
    assert features.shape == (7, 6)
    assert torch.equal(critic.judge(features, c), critic(x, c))
    assert not torch.allclose(critic(x, c), critic(x, c + 1))


def test_it_judges_its_features() -> None:
    critic = TestOfImages().make()
    x = torch.randn(7, 2, 6, 5)
    features = critic.features(x)
    assert features.shape == (7, 4 * 3 * 3)
    assert torch.equal(critic.judge(features), critic(x))


@pytest.mark.parametrize("head", [MLP(((7,),), (1,), ()), MLP(((6,),), (2,), ())], ids=["reads", "writes"])
def test_a_head_that_does_not_fit(head: MLP) -> None:
    with pytest.raises(ShapeError, match=r"the head maps \(\(6,\),\) to \(1,\)"):
        Discriminator(MLP(((5,),), (6,), ()), head)
