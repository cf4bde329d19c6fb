"""A posterior of flows: Coupling."""

from __future__ import annotations

import torch

from lowerbound.posteriors import Coupling
from tests.contracts import FlowContract


class TestCoupling(FlowContract):
    def make(self):
        return Coupling((3,), flows=2, hidden=(8,), context=4)


class TestMixedByMatrices(FlowContract):
    def make(self):
        return Coupling((3,), flows=2, hidden=(8,), context=4, linear=True)


def test_matrices_start_as_the_identity():
    plain, mixed = (Coupling((3,), flows=2, hidden=(8,), context=4, linear=linear) for linear in (False, True))
    mixed.load_state_dict(plain.state_dict(), strict=False)
    params, z = torch.randn(5, 10), torch.randn(5, 3)
    torch.testing.assert_close(mixed(params).log_prob(z), plain(params).log_prob(z))


def test_matrices_change_the_density():
    family, params, z = TestMixedByMatrices().make(), torch.randn(5, 10), torch.randn(5, 3)
    before = family(params).log_prob(z)
    assert family.networks.mixing is not None
    torch.nn.init.normal_(family.networks.mixing)
    assert not torch.allclose(family(params).log_prob(z), before, atol=0.1)
