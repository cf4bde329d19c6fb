"""Walks along latents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowerbound.report import DataCard, Health, ReportContent, Traversal
from lowerbound.report.sections.traversals import _ticks, view


def walk(features: int, columns: tuple[str, ...] | None = None) -> dict:
    card = DataCard("t", "vector", (features,), "real", columns=columns)
    rows = np.linspace(-1, 1, 5)[None, :, None] * np.arange(1, features + 1)
    traversal = Traversal(np.array([4]), np.linspace(-2, 2, 5), rows)
    health = Health((), np.array([0, 0, 0, 0, 1.5]))
    made = view(replace(ReportContent(card, "vae"), traversal=traversal, health=health))
    assert made is not None
    return made


def test_each_kind_of_row_is_drawn_its_own_way() -> None:
    assert [key.label for key in walk(2)["legend"]] == ["x0", "x1"]
    assert walk(6)["heat"]
    assert [key.label for key in walk(40)["legend"]] == ["latent at −2", "at 2"]


def test_the_dimension_and_its_kl_are_named() -> None:
    chart = walk(2)["charts"][0]
    assert (chart.title, chart.note) == ("z4", "KL 1.50")
    assert walk(2)["ends"] == "from −2 to 2"


def test_a_heat_map_shows_every_column_from_its_lowest_to_its_highest() -> None:
    svg = walk(6, tuple("abcdef"))["charts"][0].svg
    assert all(f">{name}</text>" in svg for name in "abcdef")
    assert "var(--d0)" in svg
    assert "var(--d8)" in svg


def test_ends_and_middle_are_marked() -> None:
    assert _ticks(np.linspace(-1, 1, 5)) == ["−1", "", "0", "", "1"]
    assert _ticks(np.linspace(-1, 1, 3)) == ["−1", "0", "1"]
