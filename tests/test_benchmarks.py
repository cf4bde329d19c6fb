"""The benchmarks' page says what their kept results say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1] / "benchmarks"


def test_the_tables_are_written_from_the_results() -> None:
    done = subprocess.run([sys.executable, HERE / "fill_readme.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| lowerbound, what fit chooses " in (HERE / "README.md").read_text(encoding="utf-8")
