"""Draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowerbound.report import DataCard, ReportContent, Samples
from lowerbound.report.sections.samples import view

IMAGES = ReportContent(DataCard("i", "image", (1, 4, 4), "binary"), "vae")
TABLE = ReportContent(DataCard("t", "vector", (3,), "real"), "cvae")


def test_means_come_before_draws() -> None:
    rows = np.zeros((12, 1, 4, 4))
    both = view(replace(IMAGES, samples=Samples(rows, means=rows)))
    alone = view(replace(IMAGES, samples=Samples(rows)))
    assert both is not None
    assert alone is not None
    assert [grid[0] for grid in both["grids"]] == ["Means", "Draws"]
    assert [grid[0] for grid in alone["grids"]] == ["Draws"]


def test_each_condition_has_its_strip_in_the_order_given() -> None:
    seen = view(replace(IMAGES, samples=Samples(np.zeros((4, 1, 4, 4)), ("b", "b", "a", "a"))))
    assert seen is not None
    assert [strip.label for strip in seen["strips"]] == ["b", "a"]
    assert not seen["means"]


def test_a_table_shows_one_row_of_each_condition() -> None:
    seen = view(replace(TABLE, samples=Samples(np.zeros((6, 3)), ("a", "a", "b", "b", "c", "c"))))
    assert seen is not None
    assert [row[:2] for row in seen["table"].rows] == [["1", "a"], ["3", "b"], ["5", "c"]]


def test_wide_tables_say_what_they_leave_out() -> None:
    wide = ReportContent(DataCard("t", "vector", (20,), "real"), "vae")
    seen = view(replace(wide, samples=Samples(np.zeros((2, 20)))))
    assert seen is not None
    assert seen["table"].caption == "2 samples; 12 of 20 columns"
    assert len(seen["table"].head) == 13
