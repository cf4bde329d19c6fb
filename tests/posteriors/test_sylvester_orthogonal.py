"""A posterior of flows: SylvesterOrthogonal."""

from __future__ import annotations

from lowerbound.posteriors import SylvesterOrthogonal
from tests.contracts import FlowContract


class TestSylvesterOrthogonal(FlowContract):
    def make(self):
        return SylvesterOrthogonal((3,), flows=2, columns=2)
