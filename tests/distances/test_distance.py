"""The contract of distances itself."""

from __future__ import annotations

import inspect

from lowerbound.distances import Distance


def test_a_distance_says_how_it_is_estimated() -> None:
    assert inspect.isabstract(Distance)
