from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from lowerbound.estimators.progress import WINDOW, Pace, Progress, duration


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def plain(batch_size=64, **options):
    clock, file = Clock(), io.StringIO()
    return Progress(batch_size, Console(file=file, width=60), clock=clock, **options), clock, file


def drawn(batch_size=64):
    clock, file = Clock(), io.StringIO()
    console = Console(file=file, width=100, force_terminal=True, color_system=None)
    return Progress(batch_size, console, clock=clock), clock, file


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (math.nan, "-:--")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_pace_is_of_the_last_seconds():
    pace = Pace()
    assert pace.rate is None
    pace.add(1, 0.0)
    pace.add(2, 0.0)
    assert pace.rate is None
    for second in range(1, 101):
        pace.add(10 if second <= 50 else 10 + 4 * (second - 50), float(second))
    assert pace.rate == pytest.approx(4)
    assert pace.marks[-1][0] - pace.marks[0][0] <= WINDOW + 1


def test_lines_where_there_is_no_terminal():
    progress, clock, file = plain()
    progress.start(0, 1000, {"compiled": "no"})
    for step in range(1, 101):
        clock.now += 0.12
        progress.advance(step)
        if step % 20 == 0:
            progress.record({"step": step, "train/elbo": -90.0 - step, "val/elbo": -91.5, "lr": 0.001})
    progress.finish("finished")
    lines = file.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0] == ("step 42 of 1,000 (4 %), 8.3 steps/s, 533 rows/s, 1:55 left, ELBO -130.00, validation -91.50")
    assert lines[-1].startswith("step 100 of 1,000 (10 %): finished after 0:12, 8.3 steps/s, 533 rows/s, ELBO -190.00")


def test_compiling_is_announced_and_not_counted():
    progress, clock, file = plain()
    progress.start(0, 100, {"compiled": "yes"})
    clock.now += 30
    progress.advance(1)
    clock.now += 10
    progress.advance(21)
    assert file.getvalue().splitlines()[0] == "compiling the step, which takes a while"
    assert "2 steps/s" in file.getvalue()


def test_a_resumed_run_counts_its_own_steps():
    progress, clock, file = plain(None)
    progress.start(50, 100, {})
    clock.now += 10
    progress.advance(70)
    progress.finish("SIGINT")
    assert file.getvalue().splitlines()[-1] == "step 70 of 100 (70 %): SIGINT after 0:10, 2 steps/s"


def test_nothing_done_is_no_division_by_zero():
    progress, _, file = plain()
    progress.start(0, 0, {})
    progress.finish("failed")
    assert file.getvalue() == "step 0 of 0 (0 %): failed after 0:00\n"


def test_steps_are_looked_at_ten_times_a_second_at_most():
    progress, clock, _ = plain()
    progress.start(0, 10_000, {})
    for step in range(1, 1001):
        clock.now += 0.001
        progress.advance(step)
    assert len(progress.pace.marks) <= 11
    assert progress.step == 1000


def test_a_terminal_gets_a_bar_that_goes_away():
    progress, clock, file = drawn()
    progress.start(0, 200, {"compiled": "yes"})
    assert progress.live is not None
    assert "Compiling" in file.getvalue()
    progress.advance(1)
    clock.now += 1
    progress.advance(51)
    progress.record({"step": 51, "train/elbo": -12.0})
    progress.live.refresh()
    for text in ("Training", "━", "25 %", "0:03 left", "50 steps/s", "3,200 rows/s", "ELBO -12.00"):
        assert text in file.getvalue()
    progress.finish("finished")
    assert progress.live is None
    assert file.getvalue().endswith(
        "step 51 of 200 (25 %): finished after 0:01, 51 steps/s, 3,264 rows/s, ELBO -12.00\n"
    )


def test_the_console_is_standard_error(capsys):
    progress = Progress()
    progress.start(0, 1, {})
    progress.advance(1)
    progress.finish("finished")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "finished" in captured.err
