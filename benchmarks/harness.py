"""What the benchmarks share: contenders that take turns, medians with their spread, tables, kept results."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS")


class Contender:
    """A training loop in a process of its own, pinned to one core, that runs blocks of steps on request."""

    def __init__(self, script: str, options: Mapping[str, object], *, core: int, python: str = sys.executable) -> None:
        self.said = tempfile.TemporaryFile("w+")
        environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
        self.process = subprocess.Popen(
            [python, "-W", "ignore", str(HERE / "contenders" / f"{script}.py"), json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True, env=environment,
        )  # fmt: skip
        pin(self.process.pid, core)
        self.facts = self._answer()  # after the warm-up

    def block(self, steps: int) -> dict[str, float]:
        """Run ``steps`` steps; return wall and CPU seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def _answer(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.said.seek(0)
            raise SystemExit(f"A contender stopped:\n{self.said.read()}")
        return json.loads(line)


def pin(process: int, core: int) -> None:
    """Keep a process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {core})


def take_turns(contenders: Mapping[str, Contender], steps: Mapping[str, int], rounds: int) -> dict[str, list[dict]]:
    """Run A B C A B C ...: whatever else the machine does then falls on all of them alike."""
    blocks: dict[str, list[dict]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, contender in contenders.items():
            blocks[name].append(contender.block(steps[name]))
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for contender in contenders.values():
        contender.close()
    return blocks


def middle(values: Sequence[float]) -> dict[str, float]:
    """Return the median and the middle 80 % of measurements."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    return {"median": statistics.median(ordered), "low": ordered[tenth], "high": ordered[-1 - tenth]}


def written(summary: Mapping[str, float], digits: int = 2) -> str:
    """Write a summary as ``median (low to high)``."""
    return f"{summary['median']:.{digits}f} ({summary['low']:.{digits}f} to {summary['high']:.{digits}f})"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table, aligned."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *cells]) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *cells]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines)


def keep(name: str, result: Mapping[str, object]) -> None:
    """Write a result into ``results/``, with the machine in general words."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(rounded({**result, "machine": machine()}), indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def rounded(value: Any) -> Any:
    """Keep five digits of every number; what is not finite is None, since JSON has no word for it."""
    if isinstance(value, Mapping):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(entry) for entry in value]
    if not isinstance(value, float):
        return value
    return float(f"{value:.5g}") if math.isfinite(value) else None


def machine() -> dict[str, object]:
    """Return what matters of the machine."""
    import torch

    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "avx512_bf16": bool(getattr(torch.cpu, "_is_avx512_bf16_supported", bool)()),
        "amx": bool(getattr(torch.cpu, "_is_amx_tile_supported", bool)()),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "lowerbound": version("lowerbound"),
    }
