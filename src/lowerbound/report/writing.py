"""The page as a file."""

from __future__ import annotations

import os
from pathlib import Path

from lowerbound.core.storage import write_bytes
from lowerbound.report.content import ReportContent
from lowerbound.report.page import render

__all__ = ["write"]


def write(content: ReportContent, path: str | os.PathLike[str]) -> Path:
    """Write the report, whole or not at all.

    Parameters
    ----------
    content : ReportContent
        Everything the page shows.
    path : path
        Of the HTML file; replaced if it exists.

    Raises
    ------
    RunError
        If the file cannot be written; an earlier one is then unharmed.

    Examples
    --------
    >>> import tempfile
    >>> from lowerbound.report.content import DataCard
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(ReportContent(DataCard("iris", "vector", (4,), "real"), "vae"), folder + "/report.html").name
    'report.html'
    """
    path = Path(path)
    write_bytes(path, render(content).encode("utf-8", "replace"))
    return path
