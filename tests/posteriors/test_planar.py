"""A posterior of flows: Planar."""

from __future__ import annotations

from lowerbound.posteriors import Planar
from tests.contracts import FlowContract


class TestPlanar(FlowContract):
    def make(self):
        return Planar((3,), flows=3)
