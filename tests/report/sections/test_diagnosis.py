"""Advice and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from lowerbound.report import DataCard, Health, ReportContent
from lowerbound.report.sections.diagnosis import view

BARE = ReportContent(DataCard("t", "vector", (2,), "real"), "vae")


def test_what_is_not_known_is_left_out() -> None:
    seen = view(replace(BARE, health=Health(("a",), train_elbo=nan, valid_elbo=-3.0)))
    assert seen is not None
    assert [row[0] for row in seen["table"].rows] == ["ELBO, held-out rows"]


def test_information_at_its_limit_is_called_so() -> None:
    for information, limited in ((4.05, True), (2.0, False)):
        health = Health((), mutual_information=information, aggregate_gap=1.0, n_rows=60)
        seen = view(replace(BARE, health=health))
        assert seen is not None
        assert "at most log n = 4.09" in seen["table"].notes[0]
        assert ("overestimate" in seen["table"].notes[1]) == limited
