"""The data card."""

from __future__ import annotations

import pytest

from lowerbound.report import DataCard, ReportContent
from lowerbound.report.sections.data import support_in_words, view
from lowerbound.report.sections.verdict import row_shape


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (DataCard("d", "image", (1, 2, 2), "binary"), "0 or 1"),
        (DataCard("d", "image", (1, 2, 2), "levels", levels=256), "integers from 0 to 255"),
        (DataCard("d", "vector", (2,), "real"), "real numbers"),
        (
            DataCard("d", "image", (1, 2, 2), "binary", levels=256, binarize="dynamic"),
            "0 or 1, drawn at each visit with the stored value (0 to 255) as probability",
        ),
    ],
)
def test_values_in_words(card: DataCard, words: str) -> None:
    assert support_in_words(card) == words


def test_values_of_a_mixed_table() -> None:
    mixed = ("real", "levels:5", "binary", "real", "count")
    assert support_in_words(DataCard("d", "vector", (5,), "real", column_supports=mixed)) == (
        "2 columns of real numbers, 1 column of integers from 0 to 4, 1 column of 0 or 1 and 1 column of the integers "
        "0, 1, 2, ..."
    )


def test_rows_in_words() -> None:
    assert row_shape(DataCard("d", "image", (3, 2, 4), "real")) == "2 × 4 colour images"
    assert row_shape(DataCard("d", "image", (2, 2, 4), "real")) == "2 × 4 2-channel images"
    assert row_shape(DataCard("d", "vector", (1,), "real")) == "1 column"


def test_only_what_is_known_is_listed() -> None:
    facts = view(ReportContent(DataCard("d", "vector", (2,), "real"), "vae"))
    assert [name for name, _ in facts["facts"]] == ["Name", "One row", "Values"]
    assert facts["splits"] is None


def test_long_lists_of_names_are_cut() -> None:
    card = DataCard("d", "vector", (99,), "real", columns=tuple(f"c{i}" for i in range(99)))
    columns = dict(view(ReportContent(card, "vae"))["facts"])["Columns"]
    assert columns.startswith("99: c0, c1,")
    assert columns.endswith("c39 and 59 others")
