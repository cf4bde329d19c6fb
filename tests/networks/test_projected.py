"""A logit that asks how well features go with a condition."""

from __future__ import annotations

import torch

from lowerbound.networks import MLP, Projected
from tests.contracts import NetworkContract


class TestProjected(NetworkContract):
    def make(self) -> Projected:
        return Projected(MLP(((5,),), (4,), (8,), "tanh"), ((3,), (2, 2)))


def test_it_is_the_part_of_the_features_and_their_product_with_the_condition() -> None:
    torch.manual_seed(0)
    network = Projected(MLP(((5,),), (4,), ()), ((3,), (2, 2))).double()
    features, one, two = torch.randn(6, 5).double(), torch.randn(6, 3).double(), torch.randn(6, 2, 2).double()
    h, given = network.body(features), torch.cat([one, two.flatten(1)], 1)
    weight, bias, embed = network.judge.weight, network.judge.bias, network.embed.weight
    expected = h @ weight.mT + bias + torch.einsum("nh,hc,nc->n", h, embed, given)[:, None]
    torch.testing.assert_close(network(features, one, two), expected)
    nothing = network(features, torch.zeros(6, 3).double(), torch.zeros(6, 2, 2).double())
    torch.testing.assert_close(nothing, h @ weight.mT + bias)
