"""The data card."""

from __future__ import annotations

from typing import Any

from lowerbound.core import SUPPORTS
from lowerbound.data.schema import split_support
from lowerbound.report.content import DataCard, ReportContent
from lowerbound.report.elements import Table
from lowerbound.report.sections.verdict import row_shape
from lowerbound.report.text import count, joined, shape_of

__all__ = ["support_in_words", "view"]

NAMED = 40
PURPOSE = {"train": "fitting", "valid": "choosing the weights", "test": "the numbers and pictures below"}


def view(content: ReportContent) -> dict[str, Any]:
    """Return the facts and the table of splits."""
    data = content.data
    facts = [
        ("Name", data.name),
        ("One row", f"{row_shape(data)}, shape {shape_of(data.shape)}"),
        ("Values", support_in_words(data)),
        ("Columns", _names(data.names if data.columns else None)),
        ("Classes", _names(data.classes)),
        ("Covariates", _names(data.covariates)),
        ("Source", data.source),
        ("Licence", data.licence),
    ]
    rows = [(name, f"{n:,}", PURPOSE.get(name, "")) for name, n in data.rows.items()]
    splits = Table("Rows in each split", ("Split", "Rows", "Used for"), rows) if rows else None
    return {"facts": [(name, value) for name, value in facts if value], "splits": splits}


def support_in_words(data: DataCard) -> str:
    """Say what values an entry takes.

    Examples
    --------
    >>> support_in_words(DataCard("digits", "image", (1, 8, 8), "levels", levels=17))
    'integers from 0 to 16'
    """
    if data.binarize == "dynamic":
        return f"0 or 1, drawn at each visit with the stored value (0 to {(data.levels or 2) - 1}) as probability"
    if data.support == "binary":
        return "0 or 1"
    if data.support == "levels":
        return f"integers from 0 to {(data.levels or 256) - 1}"
    if data.column_supports is not None:
        return joined([f"{columns} of {words}" for words, columns in _mixed(data.column_supports).items()])
    return "real numbers" if data.support == "real" else SUPPORTS[data.support]


def _mixed(supports: tuple[str, ...]) -> dict[str, str]:
    """Say how many columns of a mixed table hold which values."""
    pairs = map(split_support, supports)
    words = [support_in_words(DataCard("", "vector", (1,), support, levels=levels)) for support, levels in pairs]
    return {word: count(words.count(word), "column") for word in dict.fromkeys(words)}


def _names(names: tuple[str, ...] | None) -> str:
    if not names:
        return ""
    shown = [*names[:NAMED], *([count(len(names) - NAMED, "other")] if len(names) > NAMED else [])]
    return f"{len(names):,}: {joined(shown)}"
