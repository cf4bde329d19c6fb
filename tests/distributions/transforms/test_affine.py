"""Shift and scale."""

from __future__ import annotations

from lowerbound.distributions import AffineTransform
from tests.contracts import TransformContract


class TestAffine(TransformContract):
    raw_size = 6

    def make(self, raw):
        return AffineTransform(raw[..., :3], raw[..., 3:].clamp(-50, 50))
