"""Parameters of which a few stand in the quick suite, and the rest in a longer one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def few_quick(values: Iterable[Any], few: Collection[Any], rest: Any = pytest.mark.thorough) -> list[Any]:
    """Return the values as parameters; all but the few carry the mark of the rest."""
    return [pytest.param(value, marks=[] if value in few else [rest]) for value in values]
