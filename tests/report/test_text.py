"""Numbers as people write them."""

from __future__ import annotations

import math

import pytest

from lowerbound.report.text import count, duration, joined, measured, nats, number, plain


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"), (-0.0, "0"), (1, "1"), (0.5, "0.5"), (-12.34567, "−12.35"), (99999.6, "100,000"), (1e-4, "0.0001"),
        (1e-5, "1e−5"), (-2.5e-12, "−2.5e−12"), (123456789, "123,456,789"), (1e9, "1e9"), (math.inf, "infinity"),
        (-math.inf, "−infinity"), (math.nan, "not known"), (None, "not known"), (-0.00004, "−4e−5"),
    ],
)  # fmt: skip
def test_numbers(value: float | None, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("value", "error", "written"),
    [
        (-84.351, 0.84, "−84.35 ± 0.84"), (1234.5678, 12.3, "1,235 ± 12"), (1.0, 0.0, "1"), (2.0, None, "2"),
        (-5.0, math.inf, "−5"), (math.nan, 1.0, "not known"), (0.5, 1e-9, "0.500000 ± 0.000000"),
    ],
)  # fmt: skip
def test_errors_set_the_precision(value: float, error: float | None, written: str) -> None:
    assert measured(value, error) == written


def test_nats_keep_their_decimals() -> None:
    assert [nats(v) for v in (-107.0, 5432.1, 0.0, 0.01234, math.nan, None)] == [
        "−107.00", "5,432.1", "0", "0.0123", "not known", "not known",
    ]  # fmt: skip


def test_words() -> None:
    assert (count(0, "row"), joined([]), joined(["a", "b"])) == ("0 rows", "", "a and b")
    assert (duration(59.96), duration(3599.7), duration(90000)) == ("60 s", "1 h 0 min", "25 h 0 min")
    assert (plain(-3), plain([]), plain({"a": 1, "b": None}), plain(False)) == ("−3", "none", "a 1, b not set", "no")
