"""Results."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np

from lowerbound.report import DataCard, Numbers, ReportContent
from lowerbound.report.sections.numbers import view

BARE = ReportContent(DataCard("t", "vector", (2,), "real"), "vae")
NUMBERS = Numbers(-10.0, 2.0, 8.0, 0.5, 0.1, 0.4, 30, "Said.", -9.0, 0.5, nan, 64, np.array([1.5, 30.0, 60.0]), 1.25)


def test_every_number_has_its_error_and_meaning() -> None:
    table = view(replace(BARE, numbers=NUMBERS))["table"]
    assert [row[0] for row in table.rows] == ["ELBO", "Rate", "Distortion", "NLL", "Bits per dimension"]
    assert table.rows[3][1] == "9.00 ± 0.50 nats"
    assert len(table.notes) == len(table.rows)


def test_the_estimator_and_its_weakness_are_stated() -> None:
    notes = " ".join(view(replace(BARE, numbers=NUMBERS))["notes"])
    assert "S = 64 importance samples" in notes
    assert "median 30 of 64, smallest 1.5" in notes
    assert "log p(x) lies 1 nats above the ELBO" in notes
    assert "Monte Carlo" not in notes


def test_an_elbo_alone_is_enough() -> None:
    alone = replace(NUMBERS, log_likelihood=None, ess=None, bits_per_dim=None)
    seen = view(replace(BARE, numbers=alone))
    assert [row[0] for row in seen["table"].rows] == ["ELBO", "Rate", "Distortion"]
    assert len(seen["notes"]) == 1
