"""A posterior of flows: Coupling."""

from __future__ import annotations

from lowerbound.posteriors import Coupling
from tests.contracts import FlowContract


class TestCoupling(FlowContract):
    def make(self):
        return Coupling((3,), flows=2, hidden=(8,), context=4)
