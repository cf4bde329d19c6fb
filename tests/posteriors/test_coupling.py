"""A posterior of flows: Coupling."""

from __future__ import annotations

import torch

from lowerbound.posteriors import Coupling
from tests.contracts import FlowContract


class TestCoupling(FlowContract):
    def make(self):
        return Coupling((3,), flows=2, hidden=(8,), context=4)


class TestMixedByMatrices(FlowContract):
    """Coupling steps between learned matrices, which start as the identity: here they have left it."""

    def make(self):
        family = Coupling((3,), flows=2, hidden=(8,), context=4, linear=True)
        assert family.networks.mixing is not None
        generator = torch.Generator().manual_seed(3)
        with torch.no_grad():
            family.networks.mixing.copy_(0.02 * torch.randn(2, 7, 3, generator=generator))
        return family


def test_matrices_start_as_the_identity():
    plain, mixed = (Coupling((3,), flows=2, hidden=(8,), context=4, linear=linear) for linear in (False, True))
    mixed.load_state_dict(plain.state_dict(), strict=False)
    params, z = torch.randn(5, 10), torch.randn(5, 3)
    torch.testing.assert_close(mixed(params).log_prob(z), plain(params).log_prob(z))
