"""Lines."""

from __future__ import annotations

import numpy as np

from lowerbound.report.figures.curves import Line, curves, frame


def test_long_lines_are_thinned_and_keep_their_ends() -> None:
    x = np.arange(100_000.0)
    svg = curves("long", [Line(x, np.sin(x), "c0")], alt="x")
    assert len(svg) < 20_000


def test_the_frame_leaves_out_a_bad_start_but_nothing_else() -> None:
    values = np.array([-1e6, *np.linspace(-20, -10, 9)])
    low, high = frame([values])
    assert -21 < low < -20
    assert -10 < high < -9


def test_the_frame_keeps_a_start_that_is_not_far() -> None:
    values = np.array([-25.0, *np.linspace(-20, -10, 19)])
    assert frame([values])[0] < -25


def test_flat_and_single_lines_have_a_frame() -> None:
    assert frame([np.ones(3)])[0] < 1 < frame([np.ones(3)])[1]
    assert frame([np.zeros(1)])[0] < 0 < frame([np.zeros(1)])[1]
    assert "<use" in curves("dot", [Line(np.zeros(1), np.zeros(1), "c0")], alt="x")
