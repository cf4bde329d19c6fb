"""A posterior of flows: SplineCoupling."""

from __future__ import annotations

from lowerbound.posteriors import SplineCoupling
from tests.contracts import FlowContract


class TestSplineCoupling(FlowContract):
    def make(self):
        return SplineCoupling((3,), flows=2, hidden=(8,), context=4, bins=4)
