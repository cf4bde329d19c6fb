"""What a run leaves in its folder beside the model: where the data came from, what it took."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lowerbound.core.storage import read_json, write_json
from lowerbound.data import Dataset
from lowerbound.errors import CorruptRunError, DataError
from lowerbound.estimators.rows import between
from lowerbound.runs import RunFolder

__all__ = ["add_timing", "check_same_data", "fingerprint"]


def fingerprint(dataset: Dataset) -> str:
    """Return a hash of the first and last 1,000 training rows and their number.

    Two data sets that differ there are told apart; it is for catching the wrong file, not an attack.
    """
    x, _ = dataset.rows("train")
    n = len(x)
    ends = [(0, min(n, 1000)), (max(0, n - 1000), n)]
    digest = hashlib.sha256(f"{n}".encode())
    for start, stop in ends:
        digest.update(between(x, start, stop).contiguous().numpy().tobytes())
    return digest.hexdigest()


def add_timing(folder: RunFolder, wall: float, cpu: float) -> None:
    """Add a session's seconds to ``timing.json``: apart from the records, which repeat themselves exactly."""
    path = folder.file("timing.json")
    try:
        before = read_json(path) if path.is_file() else {}
    except CorruptRunError:
        before = {}
    write_json(
        path,
        {
            "wall_seconds": _number(before.get("wall_seconds")) + wall,
            "cpu_seconds": _number(before.get("cpu_seconds")) + cpu,
            "sessions": int(_number(before.get("sessions"))) + 1,
            "cores": os.cpu_count(),
        },
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


def check_same_data(dataset: Dataset, config: Mapping[str, Any], folder: Path) -> None:
    """Refuse to continue a run on other rows than it was started with.

    Raises
    ------
    DataError
        When the training rows are not those of the run.
    """
    if fingerprint(dataset) != config["data"].get("fingerprint"):
        raise DataError(f"These are not the rows that {folder} was trained on: resume with the same data and split.")
