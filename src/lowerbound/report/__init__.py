"""The report: one self-contained HTML page about a fitted model."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowerbound.report.collecting import collect
    from lowerbound.report.content import DataCard, Health, Numbers, ReportContent
    from lowerbound.report.page import render
    from lowerbound.report.pictures import Comparison, Extremes, LatentMap, Pairs, Samples, Traversal
    from lowerbound.report.writing import write

__all__ = [
    "Comparison",
    "DataCard",
    "Extremes",
    "Health",
    "LatentMap",
    "Numbers",
    "Pairs",
    "ReportContent",
    "Samples",
    "Traversal",
    "collect",
    "render",
    "write",
]

_HOMES = {
    "collecting": ("collect",),
    "content": ("DataCard", "Health", "Numbers", "ReportContent"),
    "page": ("render",),
    "pictures": ("Comparison", "Extremes", "LatentMap", "Pairs", "Samples", "Traversal"),
    "writing": ("write",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
