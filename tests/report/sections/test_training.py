"""Curves."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from lowerbound.report import DataCard, ReportContent
from lowerbound.report.sections.training import view

BARE = ReportContent(DataCard("t", "vector", (2,), "real"), "vae")


def test_what_never_changes_is_said_and_not_drawn() -> None:
    records = tuple({"step": i, "train/elbo": -9.0 + i, "train/beta": 1.0} for i in range(1, 4))
    seen = view(replace(BARE, history=records))
    assert seen is not None
    assert [chart.title for chart in seen["charts"]] == ["ELBO"]
    assert seen["constant"] == ["Beta was 1 throughout."]


def test_gaps_and_numbers_that_are_none_do_no_harm() -> None:
    records = ({"step": 1, "train/elbo": nan}, {"step": 2, "val/elbo": -3.0}, {"step": 3, "train/elbo": -2.0}, {"x": 1})
    seen = view(replace(BARE, history=records))
    assert seen is not None
    assert "validation goes from −3 at step 2" in seen["charts"][0].svg


def test_no_numbers_no_section() -> None:
    assert view(replace(BARE, history=({"step": 1}, {"step": 2, "train/elbo": nan}))) is None


def test_a_cut_is_owned_up_to() -> None:
    for start, cut in ((-1e5, True), (-9.0, False)):
        values = [start, *(-9.0 + i / 10 for i in range(20))]
        records = tuple({"step": i, "train/elbo": value} for i, value in enumerate(values))
        seen = view(replace(BARE, history=records))
        assert seen is not None
        assert seen["cut"] == cut
