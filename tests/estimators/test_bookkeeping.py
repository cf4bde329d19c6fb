"""What a run leaves beside the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lowerbound.data import Dataset, from_arrays
from lowerbound.errors import DataError
from lowerbound.estimators.bookkeeping import add_timing, check_same_data, fingerprint
from lowerbound.runs import RunFolder
from tests.estimators.small import table


def split(x: np.ndarray, seed: int = 0) -> Dataset:
    """Rows for training and validation."""
    return from_arrays(x).split(valid=0.1, test=0.0, seed=seed)


def test_the_same_rows_have_the_same_fingerprint() -> None:
    assert fingerprint(split(table())) == fingerprint(split(table()))


@pytest.mark.parametrize("what", ["value", "order", "number", "split", "columns"])
def test_other_rows_have_another(what: str) -> None:
    other = table().copy()
    if what == "value":
        other[:, 0] += 1e-3
    elif what == "order":
        other = other[::-1]
    elif what == "number":
        other = other[:-1]
    elif what == "columns":
        other = other[:, :3]
    seed = 1 if what == "split" else 0
    assert fingerprint(split(other, seed)) != fingerprint(split(table()))


def test_other_data_is_not_continued_with(tmp_path: Path) -> None:
    config = {"data": {"fingerprint": fingerprint(split(table()))}}
    check_same_data(split(table()), config, tmp_path)
    with pytest.raises(DataError, match="These are not the rows that .* was trained on: resume with the same data"):
        check_same_data(split(table(seed=1)), config, tmp_path)


def test_sessions_add_up(tmp_path: Path) -> None:
    for _ in range(3):
        add_timing(RunFolder(tmp_path), 2.0, 1.5)
    written = json.loads((tmp_path / "timing.json").read_text())
    assert (written["wall_seconds"], written["cpu_seconds"], written["sessions"]) == (6.0, 4.5, 3)


@pytest.mark.parametrize("content", ["", "[]", '{"wall_seconds": "long", "sessions": NaN}', '{"wall_seconds": 1e999}'])
def test_a_damaged_timing_starts_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "timing.json").write_text(content)
    add_timing(RunFolder(tmp_path), 2.0, 1.0)
    written = json.loads((tmp_path / "timing.json").read_text())
    assert (written["wall_seconds"], written["sessions"]) == (2.0, 1)
