"""A posterior of flows: InverseAutoregressive."""

from __future__ import annotations

import torch

from lowerbound.posteriors import InverseAutoregressive
from tests.contracts import FlowContract


class TestInverseAutoregressive(FlowContract):
    def make(self):
        return InverseAutoregressive((3,), flows=2, hidden=(8,), context=4)

    def two(self):
        torch.manual_seed(0)
        return InverseAutoregressive((2,), flows=2, hidden=(16,), context=4).double()
