"""log p(x) of 10,000 MNIST-shaped rows with 5,000 importance samples each: seconds and memory.

    python benchmarks/importance_sampling.py

The network of Burda et al. (2016), 784-200-200-50 with tanh, trained briefly (on MNIST where LOWERBOUND_DATA or the
cache has it, else on random strokes), then scored in a process of its own that loads the run and measures itself:
wall and CPU seconds, peak memory, and what bfloat16 layers change, in nats, on the first rows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import keep, table

NETWORK = {"network": "mlp", "hidden": (200, 200), "nonlinearity": "tanh", "batch_size": 128}


def data():
    """Return MNIST, or bars of random place and width where it is not at hand."""
    import torch

    import lowerbound as lb

    try:
        return lb.data.datasets.mnist()
    except lb.errors.LowerboundError:
        generator = torch.Generator().manual_seed(0)
        at = torch.randint(0, 24, (20_000, 2), generator=generator)
        grid = torch.arange(28)
        inside = [(grid >= at[:, i, None]) & (grid < at[:, i, None] + 4) for i in (0, 1)]
        images = (inside[0][:, :, None] | inside[1][:, None, :]).to(torch.uint8)
        return lb.data.from_arrays(images.numpy()).split(valid=0.25, test=0.5, seed=0)


def train(folder: Path, epochs: int) -> None:
    """Train the network for some epochs."""
    import lowerbound as lb

    vae = lb.VAE(50, **NETWORK, epochs=epochs, random_state=0, compile="no").fit(data())
    vae.save(folder, overwrite=True)


def score(options: argparse.Namespace) -> None:
    """Score test rows; print JSON."""
    import torch

    import lowerbound as lb

    torch.set_num_threads(options.threads)
    vae = lb.load(options.run)
    rows = torch.as_tensor(data().rows("test")[0])[: options.rows]
    wall, cpu = time.perf_counter(), time.process_time()
    result = vae.fitted_.log_likelihood(rows, None, options.samples, precision=options.precision)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        **result.to_json(), "rows": len(rows), "wall": wall, "cpu": cpu,
        "compiler_cpu": children.ru_utime + children.ru_stime,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "of_rows": result.rows.tolist(),
    }  # fmt: skip
    print(json.dumps(found))


def scored(run: Path, options: argparse.Namespace, **changes: object) -> dict:
    """Score in a fresh process."""
    chosen = {"rows": options.rows, "samples": options.samples, "threads": options.threads, **changes}
    line = [sys.executable, "-W", "ignore", __file__, "--run", str(run), "--score"]
    for name, value in chosen.items():
        line += [f"--{name}", str(value)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(chosen["threads"])}
    return json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=5_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=15, help="of training, before")
    parser.add_argument("--compared", type=int, default=2_000, help="rows scored in float32 too")
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--run", type=Path, help="a trained run to score instead")
    parser.add_argument("--score", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.score:
        score(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        run = options.run or Path(folder) / "run"
        if options.run is None:
            train(run, options.epochs)
        fast = scored(run, options, precision="bfloat16")
        exact = scored(run, options, precision="float32", rows=min(options.compared, options.rows))
    differences = [a - b for a, b in zip(fast.pop("of_rows"), exact.pop("of_rows"), strict=False)]
    mean = sum(differences) / len(differences)
    spread = (sum((d - mean) ** 2 for d in differences) / max(len(differences) - 1, 1)) ** 0.5
    change = {"mean": mean, "error": spread / len(differences) ** 0.5, "largest": max(map(abs, differences))}
    rows = []
    for name, found in (("bfloat16", fast), ("float32", exact)):
        each = 1e6 * found["cpu"] / found["rows"] / found["samples"]
        numbers = [f"{found['wall']:.1f}", f"{found['cpu']:.0f}", f"{found['compiler_cpu']:.0f}"]
        numbers += [f"{found['peak_mib']:.0f}", f"{each:.2f}", f"{-found['log_likelihood']:.3f}"]
        rows.append([name, f"{found['rows']:,}", *numbers])
    print(f"S = {options.samples}, {options.threads} threads\n")
    head = ["layers", "rows", "wall s", "CPU s", "compiler CPU s", "peak MiB", "CPU us a sample", "NLL"]
    print(table(head, rows))
    print(
        f"\nbfloat16 changes log p of {len(differences):,} rows by {change['mean']:+.4f} +- {change['error']:.4f} nats "
        f"on average, {change['largest']:.3f} at most"
    )
    keep("importance_sampling", {"bfloat16": fast, "float32": exact, "difference": change, "threads": options.threads})


if __name__ == "__main__":
    main()
