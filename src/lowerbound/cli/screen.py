"""What commands print: rich on a terminal, plain text in a pipe, nothing when asked to be quiet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

__all__ = ["Count", "Screen"]


class Screen:
    """Standard output for results, standard error for all else.

    Parameters
    ----------
    quiet : bool
        Print nothing.

    Examples
    --------
    >>> Screen().table(["name", "rows"], [["digits", "1797"], ["mnist", "70000"]], right={1})
    name     rows
    digits   1797
    mnist   70000
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.out = Console(quiet=quiet)
        self.err = Console(stderr=True, quiet=quiet)

    def say(self, text: str, *, style: str = "", wrap: bool = False) -> None:
        """Print a line of results; ``wrap`` breaks it between words on a terminal."""
        self.out.print(text, soft_wrap=not (wrap and self.out.is_terminal), markup=False, highlight=False, style=style)

    def note(self, text: str, style: str = "dim") -> None:
        """Tell how things are going."""
        self.err.print(text, soft_wrap=True, markup=False, highlight=False, style=style)

    def json(self, value: Any) -> None:
        """Print JSON."""
        self.say(json.dumps(value, indent=2, allow_nan=False))

    def table(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: set[int] | None = None, title: str = ""
    ) -> None:
        """Print a table; ``right`` are the columns to align to the right."""
        right = right or set()
        if title:
            self.say(f"\n{title}" if self.out.is_terminal else title, style="bold")
        if not self.out.is_terminal:
            for line in _aligned([headers, *rows] if any(headers) else list(rows), right):
                self.say(line)
            return
        table = Table(show_header=any(headers), box=None, padding=(0, 2, 0, 0), header_style="dim")
        for i, header in enumerate(headers):
            table.add_column(header, justify="right" if i in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_escaped(cell) for cell in row))
        self.out.print(table, highlight=False)

    @contextmanager
    def counting(self, what: str, total: int | None = None) -> Iterator[Count]:
        """Count something: a bar on a terminal, nothing elsewhere."""
        if not self.err.is_terminal or self.err.quiet:
            yield Count()
            return
        columns = (TextColumn("{task.description}"), BarColumn(None), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True, expand=True) as bar:
            yield Count(bar, bar.add_task(what, total=total))


class Count:
    """How far something is.

    Parameters
    ----------
    bar, task
        What to draw; nothing by default.
    """

    def __init__(self, bar: Progress | None = None, task: TaskID = TaskID(0)) -> None:  # noqa: B008 - a number
        self.bar, self.task = bar, task

    def advance(self, n: int) -> None:
        """Count ``n`` more."""
        if self.bar is not None:
            self.bar.advance(self.task, n)

    def reach(self, done: int, total: int | None) -> None:
        """Say how many are done, and of how many."""
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)


def _escaped(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)


def _aligned(rows: Sequence[Sequence[str]], right: set[int]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        yield "  ".join(cells).rstrip()
