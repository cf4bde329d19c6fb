"""A posterior of flows: Radial."""

from __future__ import annotations

from lowerbound.posteriors import Radial
from tests.contracts import FlowContract


class TestRadial(FlowContract):
    def make(self):
        return Radial((3,), flows=3)
