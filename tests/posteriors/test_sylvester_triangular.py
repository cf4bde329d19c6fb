"""A posterior of flows: SylvesterTriangular."""

from __future__ import annotations

from lowerbound.posteriors import SylvesterTriangular
from tests.contracts import FlowContract


class TestSylvesterTriangular(FlowContract):
    def make(self):
        return SylvesterTriangular((3,), flows=2)
