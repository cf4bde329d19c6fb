"""The networks of coupling flows."""

from __future__ import annotations

import pytest
import torch

from lowerbound.distributions import MonotoneAffine, PermutationTransform
from lowerbound.posteriors import Conditioners


@pytest.mark.parametrize("size", [1, 2, 5, 6])
@pytest.mark.parametrize("flows", [1, 2, 5])
def test_orders_are_permutations_and_every_coordinate_moves(size, flows):
    networks = Conditioners(size, 2, flows, (4,), 3)
    assert networks.orders.shape == (flows, size)
    assert torch.equal(networks.orders.sort(1).values, torch.arange(size).expand(flows, size))
    moved = networks.orders[:2, networks.kept :].unique()
    assert len(moved) == (size if flows > 1 else size - size // 2)


def test_the_context_reaches_every_step():
    networks = Conditioners(4, 2, 2, (8,), 3).double()
    z = torch.randn(4).double()
    for k in range(2):

        def move(context, k=k):
            return networks.steps(context, MonotoneAffine)[3 * k + 1].forward(z)[0]

        jacobian = torch.autograd.functional.jacobian(move, torch.randn(3).double())
        assert torch.equal((jacobian != 0).any(1), torch.tensor([False, False, True, True]))


def test_coordinates_go_back_to_their_places():
    steps = Conditioners(5, 2, 2, (8,), 3).steps(torch.zeros(3), MonotoneAffine)
    z = torch.randn(5)
    for before, after in ((steps[0], steps[2]), (steps[3], steps[5])):
        assert isinstance(before, PermutationTransform)
        assert torch.equal(after.forward(before.forward(z)[0])[0], z)


def test_steps_start_near_the_identity():
    z = torch.randn(50, 6)
    value, log_det = Conditioners(6, 2, 1, (32,), 3).steps(torch.zeros(3), MonotoneAffine)[1].forward(z)
    assert float((value - z).detach().abs().max()) < 0.2
    assert float(log_det.detach().abs().max()) < 0.2
