"""The page: content in, one HTML document out, the same bytes for the same content."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from lowerbound.report.content import ReportContent
from lowerbound.report.sections import SECTIONS, verdict

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]


def render(content: ReportContent) -> str:
    """Return the report as one HTML document that needs nothing else.

    Parameters
    ----------
    content : ReportContent
        Everything the page shows.

    Examples
    --------
    >>> from lowerbound.report.content import DataCard
    >>> page = render(ReportContent(DataCard("iris", "vector", (4,), "real"), "vae"))
    >>> page.splitlines()[0], "://" in page
    ('<!doctype html>', False)
    """
    views: list[tuple[Any, dict[str, Any]]] = []
    for section in SECTIONS:
        view = section.view(content)
        if view is not None:
            views.append((section, view))
    template = _environment().get_template("report.html.j2")
    return template.render(top=verdict.view(content), sections=views, row=content.row)


def _printable(value: Any) -> Any:
    """Leave out of a name what no document may hold: control characters and halves of characters."""
    if type(value) is not str:
        return value
    return "".join(char for char in value if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("lowerbound.report"), autoescape=True, undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
