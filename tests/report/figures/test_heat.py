"""Matrices."""

from __future__ import annotations

import numpy as np

from lowerbound.report.figures.heat import STEPS, heat


def test_one_path_for_each_colour() -> None:
    values = np.linspace(-1, 1, 81).reshape(9, 9)
    svg = heat("r", values, [], [], alt="x")
    assert [svg.count(f"fill: var(--d{i})") for i in range(STEPS)] == [1] * STEPS


def test_what_is_not_known_is_blank() -> None:
    svg = heat("r", np.array([[np.nan, 5.0], [-5.0, np.nan]]), ["a", "b"], ["a", "b"], alt="x")
    assert [i for i in range(STEPS) if f"var(--d{i})" in svg] == [0, STEPS - 1]
