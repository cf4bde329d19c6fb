"""Memory of training from disk as the data grows a hundredfold.

    python benchmarks/streaming_memory.py

Files of 10^5, 10^6 and 10^7 rows of 16 numbers are written, streamed through a fit of a few hundred steps (after the
looks at every row that the schema and the standardisation take), and deleted. Peak resident memory of each fit, in a
process of its own, beside that of the imports alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from harness import keep, table

WIDTH, BLOCK = 16, 100_000


def write(path: Path, rows: int) -> None:
    """Write normal rows, a block at a time."""
    generator = np.random.default_rng(0)
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(rows, WIDTH))
    for start in range(0, rows, BLOCK):
        out[start : start + BLOCK] = generator.standard_normal((min(BLOCK, rows - start), WIDTH), dtype=np.float32)


def fit(path: str, steps: int) -> None:
    """Train on a file; print what it took as JSON. With no file, only import."""
    import torch

    import lowerbound as lb

    torch.set_num_threads(1)
    began = time.process_time()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if path:
        data = lb.data.open_data(path, stream=True)
        batch = 256
        epochs = max(1, steps * batch // len(data))
        # An observer ends the run after the steps asked for: an epoch of a long file is more.
        from lowerbound.estimators.fitting import fit as fit_dataset
        from lowerbound.runs import Settings

        settings = Settings.make(latent=4, hidden=(64,), batch_size=batch, epochs=epochs, compile="no")
        try:
            fit_dataset(data.split(valid=0.1, test=0.0, seed=0), settings, observers=[Until(steps)])
        except Enough:
            pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"peak": peak / 1024, "imports": base / 1024, "cpu": time.process_time() - began}))


class Enough(Exception):
    """The steps that were asked for are done."""


class Until:
    """An observer that ends a run after some steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def start(self, step: int, total: int, facts: dict[str, str]) -> None: ...

    def advance(self, step: int) -> None:
        if step >= self.steps:
            raise Enough

    def record(self, record: dict[str, float]) -> None: ...

    def finish(self, reason: str) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10**5, 10**6, 10**7])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.file:
        fit(options.file, options.steps)
        return
    result, rows = {}, []
    for n in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.npy"
            write(path, n)
            size = path.stat().st_size / 2**20
            line = [sys.executable, __file__, "--file", str(path), "--steps", str(options.steps)]
            found = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        result[str(n)] = {**found, "file_mib": size}
        rows.append([f"{n:,}", f"{size:.0f}", f"{found['peak']:.0f}", f"{found['imports']:.0f}", f"{found['cpu']:.0f}"])
    print(table(["rows", "file MiB", "peak MiB", "of which imports", "CPU s"], rows))
    keep("streaming_memory", {"width": WIDTH, "steps": options.steps, "rows": result})


if __name__ == "__main__":
    main()
