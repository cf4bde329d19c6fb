"""KL of each dimension."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowerbound.report import DataCard, Health, ReportContent
from lowerbound.report.sections.dimensions import view

BARE = ReportContent(DataCard("t", "vector", (2,), "real"), "vae")


def seen(kl: np.ndarray, active: np.ndarray | None = None) -> dict:
    made = view(replace(BARE, health=Health((), kl, active)))
    assert made is not None
    return made


def test_the_table_has_every_dimension_the_largest_first() -> None:
    rows = seen(np.array([0.5, 2.0, 0.0]), np.array([True, True, False]))["table"].rows
    assert rows == [("z1", "2.00", "yes"), ("z0", "0.5", "yes"), ("z2", "0", "no")]


def test_how_many_carry_most_is_said() -> None:
    assert "1 dimension of 3 carries 80% of it" in seen(np.array([8.0, 1.0, 1.0]))["summary"]
    assert "4 dimensions of 5 carry 80% of it" in seen(np.full(5, 2.0))["summary"]


def test_what_the_chart_leaves_out_is_said() -> None:
    assert "The chart has the 24 largest; the others carry 6.00 nats" in seen(np.ones(30))["summary"]


def test_a_collapsed_model_has_a_chart_too() -> None:
    made = seen(np.zeros(4), np.zeros(4, dtype=bool))
    assert made["summary"] == "Total: 0 nats."
    assert [key.label for key in made["chart"].legend] == ["inactive"]


def test_unknown_dimensions_have_no_section() -> None:
    assert view(replace(BARE, health=Health((), np.full(3, np.nan)))) is None
