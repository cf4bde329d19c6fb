"""A posterior of flows: InverseAutoregressive."""

from __future__ import annotations

import torch

from lowerbound.distributions import MonotoneAffine, gentle_log
from lowerbound.posteriors import InverseAutoregressive
from tests.contracts import FlowContract


class TestInverseAutoregressive(FlowContract):
    def make(self):
        return InverseAutoregressive((3,), flows=2, hidden=(8,), context=4)

    def two(self):
        torch.manual_seed(0)
        return InverseAutoregressive((2,), flows=2, hidden=(16,), context=4).double()


def test_its_steps_see_the_latents_themselves():
    family = InverseAutoregressive((3,), flows=1, hidden=(8,), context=4).double()
    loc, raw, context = torch.randn(10).double().split([3, 3, 4])
    e = torch.randn(3).double()
    z = loc + gentle_log(raw).exp() * e
    expected, _ = MonotoneAffine(family.networks[0](z, context)).forward(z)
    for transform in family(torch.cat([loc, raw, context])).transforms:
        e, _ = transform.forward(e)
    torch.testing.assert_close(e, expected)
