"""The page as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lowerbound.errors import RunError
from lowerbound.report import DataCard, ReportContent, render, write

CONTENT = ReportContent(DataCard("iris", "vector", (4,), "real", {"train": 120}), "vae")


def test_the_file_holds_the_page_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = write(CONTENT, str(tmp_path / "new" / "report.html"))
    assert path.read_text(encoding="utf-8") == render(CONTENT)
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_a_folder_in_the_way_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(RunError, match="report.html"):
        write(CONTENT, tmp_path / "report.html")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
