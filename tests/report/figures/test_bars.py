"""Bars."""

from __future__ import annotations

import re

import numpy as np

from lowerbound.report.figures.bars import sorted_bars


def test_the_largest_come_first_with_their_numbers() -> None:
    values = np.array([0.0, 3.0, 1.0, 2.0])
    svg = sorted_bars("kl", values, values > 0.5, most=3, alt="x", y_name="nats", x_name="z")
    names = re.findall(r">(\d+)</text>", svg)
    assert names[:3] == ["1", "3", "2"]
    assert "var(--c7)" not in svg
