"""A posterior of flows: Householder."""

from __future__ import annotations

from lowerbound.posteriors import Householder
from tests.contracts import FlowContract


class TestHouseholder(FlowContract):
    def make(self):
        return Householder((3,), flows=2)
