"""What a run records: one line of numbers a round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lowerbound.core.storage import read_bytes, remove_leftovers, write_bytes
from lowerbound.errors import CorruptRunError, RunError

__all__ = ["History", "Observer", "Record"]

Record = dict[str, float]


class Observer(Protocol):
    """Something that watches a run: a progress bar, TensorBoard."""

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        """Learn where the run begins, how long it is, and the choices made for it."""
        ...

    def advance(self, step: int) -> None:
        """Learn that ``step`` steps are done."""
        ...

    def record(self, record: Record) -> None:
        """Learn the numbers of a round."""
        ...

    def finish(self, reason: str) -> None:
        """Learn that training ended, and why."""
        ...


class History:
    """The records of a run, in memory and, when it has a folder, in ``metrics.jsonl``.

    Parameters
    ----------
    path
        The file, or None.
    keep
        Records to keep of an existing file: those that the checkpoint knows. Later ones are
        dropped, because the run will make them again.

    Raises
    ------
    CorruptRunError
        When the file has fewer whole records than ``keep``.
    """

    def __init__(self, path: Path | None = None, keep: int = 0) -> None:
        self.path = path
        self.records: list[Record] = []
        if path is not None and keep:
            self.records = read_records(path)[:keep]
            if len(self.records) < keep:
                raise CorruptRunError(f"{path} is damaged: it has {len(self.records)} of {keep} records.")
        if path is not None:
            remove_leftovers(path.parent, path.name)
            write_bytes(path, "".join(json.dumps(r) + "\n" for r in self.records).encode())

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def append(self, record: Record) -> None:
        """Add a record.

        Raises
        ------
        RunError
            When the file cannot be written.
        """
        self.records.append(record)
        if self.path is None:
            return
        try:
            with self.path.open("a") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise RunError(
                f"Cannot write {self.path}: {error.strerror}. Make room or permission, then resume."
            ) from error

    def column(self, name: str) -> list[tuple[int, float]]:
        """Return ``(step, value)`` of the records that have a number of that name."""
        return [(int(r["step"]), r[name]) for r in self.records if name in r]


def read_records(path: Path) -> list[Record]:
    """Read the whole lines of a ``metrics.jsonl``; a last line cut off by a crash is left out.

    Raises
    ------
    CorruptRunError
        When a line that is whole is not a record.
    """
    records: list[Record] = []
    if not path.exists():
        return records
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise CorruptRunError(f"{path} is damaged: {error}.") from error
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not line.endswith("\n"):
            break
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorruptRunError(f"{path} is damaged in line {number}: {error}.") from error
        if not isinstance(record, dict) or not isinstance(record.get("step"), int):
            raise CorruptRunError(f"{path} is damaged in line {number}: not a record of a step.")
        records.append(record)
    return records
