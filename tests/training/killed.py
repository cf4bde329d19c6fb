"""Kill training processes with SIGKILL at random lines, resume, and compare with the run that was left alone.

Usage: killed.py FOLDER KILLS SEED. Children are forked, so that torch is imported once. A child counts the lines of
the package (and of the temporary files under it) that it executes, and kills itself at the line it was told: in the
middle of a step, between the bytes of a checkpoint and its rename, while the history is being rewritten.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import torch

torch.set_num_threads(1)

from toys import contents, fingerprint, fit  # noqa: E402

import lowerbound  # noqa: E402

CASE, TOTAL = "critic", 12
WATCHED = (str(Path(*lowerbound.__path__) / "training"), str(Path(*lowerbound.__path__) / "core"), tempfile.__file__)


class Countdown:
    """Traces lines; kills the process at line ``at``."""

    def __init__(self, at: int) -> None:
        self.at, self.count, self.where = at, 0, ""

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return self.line if frame.f_code.co_filename.startswith(WATCHED) else None

    def line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        if event == "line":
            self.count += 1
            if self.count == self.at:
                where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                os.write(1, f"killed at {where}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return self.line


def run(folder: Path, at: int = -1) -> tuple[str, int]:
    """Begin or go on, and return the hash of everything and the lines that it took."""
    watch = Countdown(at)
    known = (folder / "checkpoint" / "state.json").exists()
    sys.settrace(watch)
    try:
        made, outcome = fit(CASE, folder, total=TOTAL, round_steps=3, checkpoint_seconds=0.0, resume=known)
    finally:
        sys.settrace(None)
    assert outcome.reason == "finished"
    return fingerprint(made), watch.count


def forked(work: Callable[[], str]) -> str | None:
    """Return what ``work`` says in a child, or None if the child was killed."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(out)
            os.write(into, work().encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(into)
    with os.fdopen(out) as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), f"a child ended with {status}"
    return said if status == 0 else None


def once(folder: Path, at: int) -> str:
    """Return the hash of a run that was not killed."""
    return run(folder, at)[0]


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill ``kills`` times, in as many runs as that takes."""
    chance = random.Random(seed)
    fit(CASE, total=1)  # imports what training imports late, once for all children
    expected, lines = (forked(lambda: " ".join(map(str, run(folder / "whole")))) or "").split()
    left, chain = kills, 0
    while left:
        broken = folder / f"chain-{chain}"
        while True:
            at = chance.randrange(1, int(lines) // 2) if left else -1
            said = forked(partial(once, broken, at))
            if said is not None:
                break
            left -= 1
        assert said == expected, f"{broken} ended with other weights"
        assert contents(broken) == contents(folder / "whole"), f"{broken} ended with other files"
        chain += 1
    print(f"{chain} runs of {lines} lines")
    print(f"{kills} kills")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
