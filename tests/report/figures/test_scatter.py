"""Points and the names among them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.report.figures.scatter import Group, lanes, scatter, spread


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=1, max_size=8))
def test_names_do_not_overlap(places: list[tuple[float, float]]) -> None:
    widths = np.linspace(20, 60, len(places))
    moved = spread(np.array(places), widths)
    for i in range(len(moved)):
        for j in range(i):
            gap = np.abs(moved[i] - moved[j])
            assert gap[0] > (widths[i] + widths[j]) / 2 - 1e-3 or gap[1] > 15 - 1e-3


def test_names_far_apart_stay() -> None:
    places = np.array([[0.0, 0.0], [100.0, 50.0]])
    np.testing.assert_array_equal(spread(places, np.full(2, 30.0)), places)


def test_every_point_and_name_is_there() -> None:
    groups = [Group(np.random.default_rng(i).normal(size=(9, 2)), f"c{i}", f"class {i}") for i in range(3)]
    svg = scatter("map", groups, ("a", "b"), alt="x")
    assert svg.count("fill: var(--c1)") >= 9
    assert all(f"class {i}</text>" in svg for i in range(3))
    assert 'class="halo"' in svg


def test_one_coordinate_has_a_lane_for_each_group() -> None:
    groups = [Group(np.zeros((4, 1)), "c0", "a"), Group(np.ones((4, 1)), "c1", "b")]
    svg = lanes("map", groups, "z0", alt="x")
    assert ">a</text>" in svg
    assert ">b</text>" in svg
