"""Fixtures shared by the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path | None:
    """Folder of real data sets, or None: such tests then run on the embedded digits, so nothing is skipped."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LOWERBOUND_DATA", beside))
    return folder if folder.is_dir() else None
