"""What is needed to do it again, and what it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lowerbound.report.content import ReportContent
from lowerbound.report.elements import Table
from lowerbound.report.text import duration, plain

__all__ = ["view"]

CLOCKS = {"wall_seconds": "wall time", "cpu_seconds": "CPU time"}


def view(content: ReportContent) -> dict[str, Any]:
    """Return the tables of settings, seeds, versions and cost, and the specifications."""
    seeds = {name: str(seed) for name, seed in content.seeds.items()}
    return {
        "cost": _table("Time, cost and machine", "What", content.cost),
        "settings": _table("Settings", "Setting", {"recipe": content.recipe, **content.settings}),
        "origin": _table("Seeds and versions", "What", {**seeds, **content.versions}),
        "specs": {name: text for name, text in content.specs.items() if text},
    }


def _table(caption: str, first: str, values: Mapping[str, Any]) -> Table | None:
    if not values:
        return None
    rows = [(_name(name), _value(name, value)) for name, value in values.items()]
    return Table(caption, (first, "Value"), rows, numeric=False)


def _name(name: str) -> str:
    return CLOCKS.get(name, name.replace("_", " "))


def _value(name: str, value: Any) -> str:
    if name.endswith("seconds") and isinstance(value, (int, float)):
        return duration(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value)
