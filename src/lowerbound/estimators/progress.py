"""Progress for people: a live display on a terminal, a line now and then elsewhere; always on standard error."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from lowerbound.training.history import Record

__all__ = ["Pace", "Progress", "duration"]

SHOWN = {
    "train/elbo": "ELBO", "val/elbo": "validation", "train/distortion": "distortion", "val/distortion": "validation",
}  # fmt: skip
"""The numbers of a round that are shown: the ELBO, or the distortion of a model that has none."""

WINDOW = 20.0
"""Seconds over which the pace is taken."""


def duration(seconds: float) -> str:
    """Write seconds as people do.

    Examples
    --------
    >>> duration(65.2), duration(7384), duration(math.inf)
    ('1:05', '2:03:04', '-:--')
    """
    if not math.isfinite(seconds):
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Pace:
    """Steps a second, over the last seconds only: compiling and waiting are forgotten.

    Examples
    --------
    >>> pace = Pace()
    >>> pace.add(10, now=0.0)
    >>> pace.add(30, now=2.0)
    >>> pace.rate
    10.0
    """

    def __init__(self) -> None:
        self.marks: deque[tuple[float, int]] = deque()

    def add(self, step: int, now: float) -> None:
        """Learn that ``step`` steps are done at the second ``now``."""
        self.marks.append((now, step))
        while len(self.marks) > 2 and now - self.marks[1][0] > WINDOW:
            self.marks.popleft()

    @property
    def rate(self) -> float | None:
        """Steps a second; None before it is known."""
        if len(self.marks) < 2 or self.marks[-1][0] <= self.marks[0][0]:
            return None
        (began, first), (now, last) = self.marks[0], self.marks[-1]
        return (last - first) / (now - began)


class Progress:
    """An observer of training that tells people how far it is, how fast, and how well.

    Parameters
    ----------
    batch_size : int, optional
        Rows of a step, for the rate in rows.
    console : rich.console.Console, optional
        Where to; standard error unless told.
    every : float
        Seconds between two lines where there is no terminal.
    clock : callable
        Seconds that only grow.

    Examples
    --------
    >>> import sys
    >>> progress = Progress(64, Console(file=sys.stdout), clock=iter([0.0, 1.0, 11.0]).__next__)
    >>> progress.start(0, 100, {})
    >>> progress.advance(1)
    >>> progress.advance(41)
    step 41 of 100 (41 %), 4 steps/s, 256 rows/s, 0:15 left
    """

    def __init__(
        self,
        batch_size: int | None = None,
        console: Console | None = None,
        *,
        every: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.batch_size, self.every, self.clock = batch_size, every, clock
        self.console = console or Console(stderr=True)
        self.pace = Pace()
        self.live: Live | None = None
        self.step = self.first = self.total = 0
        self.numbers: dict[str, float] = {}
        self.began = self.looked = self.told = 0.0
        self.compiling = False

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        """Begin the display."""
        self.step = self.first = step
        self.total = total
        self.began = self.told = self.clock()
        self.looked = -math.inf
        self.compiling = facts.get("compiled") == "yes"
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            self.live = Live(get_renderable=self._render, console=self.console, refresh_per_second=5, transient=True)
            self.live.start(refresh=True)
        elif self.compiling and not self.console.quiet:
            self._line("compiling the step, which takes a while")

    def advance(self, step: int) -> None:
        """Count a step; cheap, because it is called after each."""
        self.step, self.compiling = step, False
        now = self.clock()
        if now - self.looked < 0.1:
            return
        self.looked = now
        self.pace.add(step, now)
        if self.live is None and now - self.told >= self.every:
            self._tell(now)

    def record(self, record: Record) -> None:
        """Keep the numbers of a round, and tell them where there is no terminal."""
        kind = "elbo" if "train/elbo" in record or "val/elbo" in record else "distortion"
        names = (f"train/{kind}", f"val/{kind}")
        self.numbers = {SHOWN[name]: record[name] for name in names if name in record}

    def finish(self, reason: str) -> None:
        """End the display with a line on what was done."""
        if self.live is not None:
            self.live.stop()
            self.live = None
        seconds = self.clock() - self.began
        steps = self.step - self.first
        rate = f", {self._speed(steps / seconds)}" if seconds > 0 and steps else ""
        self._line(f"{self._place()}: {reason} after {duration(seconds)}{rate}{self._numbers()}")

    def _tell(self, now: float) -> None:
        self.told = now
        self._line(", ".join([self._place(), *self._rates()]) + self._numbers())

    def _line(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False, highlight=False)

    def _place(self) -> str:
        return f"step {self.step:,} of {self.total:,} ({self._percent()})"

    def _percent(self) -> str:
        return f"{100 * self.step // max(self.total, 1)} %"

    def _rates(self) -> list[str]:
        rate = self.pace.rate
        if not rate:
            return []
        return [self._speed(rate), f"{duration((self.total - self.step) / rate)} left"]

    def _speed(self, rate: float) -> str:
        steps = f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.2g} steps/s"
        return steps if self.batch_size is None else f"{steps}, {rate * self.batch_size:,.0f} rows/s"

    def _numbers(self) -> str:
        return "".join(f", {name} {value:,.2f}" for name, value in self.numbers.items())

    def _render(self) -> RenderableType:
        """Draw a bar, and a line of numbers below it."""
        bar = Table.grid(padding=(0, 1), expand=True)
        bar.add_column(no_wrap=True)
        bar.add_column(ratio=1)
        bar.add_column(no_wrap=True, justify="right")
        name = "Compiling" if self.compiling else "Training"
        rates = self._rates()
        bar.add_row(name, ProgressBar(max(self.total, 1), self.step), " ".join([self._percent(), *rates[1:]]))
        parts = [f"step {self.step:,} of {self.total:,}", *rates[:1]]
        return Group(bar, Text(", ".join(parts) + self._numbers(), style="dim", overflow="ellipsis", no_wrap=True))
