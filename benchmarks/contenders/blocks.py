"""How a training loop is timed from outside: blocks of steps on request, one process a loop.

A contender calls ``tick()`` after each of its optimizer steps. The object stops the loop between
blocks and waits for the next request, so that several loops take turns on one core. A request is a
line with a number of steps on stdin; the answer is a line of JSON on stdout. Standard library only:
contenders live in different environments.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable


class Blocks:
    """Wall and process CPU seconds of blocks of steps."""

    def __init__(self, warm_up: int, settle: Callable[[], object] | None = None, **facts: str) -> None:
        self.settle = settle or (lambda: None)  # waits for a device that runs behind
        self.answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # whatever the loop prints is no answer
        self.left, self.facts = warm_up, facts
        self.began = (time.perf_counter(), time.process_time())

    def tick(self) -> None:
        """Count a step; at the end of a block answer, and wait for the next request."""
        self.left -= 1
        if self.left:
            return
        self.settle()
        wall, cpu = time.perf_counter() - self.began[0], time.process_time() - self.began[1]
        self.answers.write(json.dumps({"wall": wall, "cpu": cpu, **self.facts}) + "\n")
        self.answers.flush()
        request = sys.stdin.readline()
        if not request.strip():
            os._exit(0)
        self.left = int(request)
        self.began = (time.perf_counter(), time.process_time())
