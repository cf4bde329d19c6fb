"""A network that sees its input standardised."""

from __future__ import annotations

import torch

from lowerbound.core import calibrate
from lowerbound.networks import MLP, Standardized
from tests.contracts import NetworkContract


class TestStandardized(NetworkContract):
    def make(self):
        return Standardized(MLP(((3,), (2,)), (4,), hidden=(5,)))


class TestKnownRange(NetworkContract):
    def make(self):
        return Standardized(MLP(((3,),), (4,), hidden=(5,)), shift=8.0, unit=8.0)


def test_a_known_range_is_mapped_to_minus_one_to_one():
    network = Standardized(MLP(((2,),), (2,), hidden=()), shift=127.5, unit=127.5)
    x = torch.tensor([[0.0, 255.0]])
    torch.testing.assert_close(network(x), network.network(torch.tensor([[-1.0, 1.0]])))


def test_the_datas_own_units_are_taken_when_none_are_given():
    network = Standardized(MLP(((2,),), (2,), hidden=()))
    calibrate(network, torch.tensor([5.0, 7.0]), torch.tensor([2.0, 0.0]))
    torch.testing.assert_close(network(torch.tensor([[9.0, 7.0]])), network.network(torch.tensor([[2.0, 0.0]])))


def test_given_units_are_kept():
    network = Standardized(MLP(((1,),), (1,), hidden=()), shift=1.0, unit=2.0)
    calibrate(network, torch.tensor([50.0]), torch.tensor([70.0]))
    assert (network.buffer_shift.item(), network.buffer_unit.item()) == (1.0, 2.0)


def test_integer_rows_are_taken():
    network = Standardized(MLP(((2,),), (3,), hidden=()), shift=127.5, unit=127.5)
    assert network(torch.tensor([[0, 255]], dtype=torch.uint8)).dtype == torch.float32


def test_only_the_first_input_is_standardised():
    network = Standardized(MLP(((1,), (1,)), (1,), hidden=()), shift=3.0, unit=1.0)
    same = network.network(torch.zeros(1, 1), torch.full((1, 1), 9.0))
    torch.testing.assert_close(network(torch.full((1, 1), 3.0), torch.full((1, 1), 9.0)), same)
