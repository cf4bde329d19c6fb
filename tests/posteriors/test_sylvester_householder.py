"""A posterior of flows: SylvesterHouseholder."""

from __future__ import annotations

from lowerbound.posteriors import SylvesterHouseholder
from tests.contracts import FlowContract


class TestSylvesterHouseholder(FlowContract):
    def make(self):
        return SylvesterHouseholder((3,), flows=2, reflections=2)
