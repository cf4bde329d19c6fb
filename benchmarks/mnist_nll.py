"""Negative log-likelihood of the MNIST test rows, dynamically binarized, by one command each.

    python benchmarks/mnist_nll.py paper      the one-layer network of Burda et al. (2016): 784-200-200-50, tanh
    python benchmarks/mnist_nll.py default    what `lowerbound fit mnist` chooses by itself

Trains on the first 50,000 rows, chooses the weights on the next 10,000, and scores the 10,000 official test rows
with 5,000 importance samples each; the test rows are binarized once, by a fixed seed. Prints the command, the seed,
CPU-seconds, where the curve is, and the numbers; `--max-time` makes it a rehearsal.
"""

from __future__ import annotations

import argparse
import json
import resource
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PROTOCOLS: dict[str, list[str]] = {
    "paper": [
        "--latent", "50", "--batch-size", "128",
        "--set", "network=mlp", "--set", "hidden=(200, 200)", "--set", "nonlinearity=tanh",
        "--set", "learning_rate=2e-3", "--set", "round_steps=6240",
    ],
    "default": [],
}  # fmt: skip


EPOCHS = {"paper": 900}


def command_line(options: argparse.Namespace) -> list[str]:
    """Return the command of a protocol."""
    line = ["lowerbound", "fit", "mnist", *PROTOCOLS[options.protocol], "--seed", str(options.seed)]
    for extra in options.set or []:
        line += ["--set", extra]
    epochs = options.epochs or EPOCHS.get(options.protocol)
    line += ["--epochs", str(epochs)] if epochs else []
    if options.max_time:
        line += ["--max-time", options.max_time]
    return [*line, "--nll-samples", str(options.samples), "--out", str(options.out)]


def cpu_seconds() -> float:
    """Return the CPU-seconds of this process's finished children: training, evaluation, compilers and all."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", choices=list(PROTOCOLS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=5000, help="importance samples a test row")
    parser.add_argument("--epochs", type=int, help="another length")
    parser.add_argument("--max-time", help="stop after this long, such as 30s or 50m of wall clock")
    parser.add_argument("--set", action="append", metavar="KEY=VALUE", help="any other setting")
    parser.add_argument("--out", type=Path, help="run folder  [default: runs/mnist-PROTOCOL]")
    options = parser.parse_args()
    options.out = options.out or Path("runs") / f"mnist-{options.protocol}"
    line = command_line(options)
    print("$", shlex.join(line), flush=True)
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", *line, "--overwrite"], check=True)
    read = {name: json.loads((options.out / f"{name}.json").read_text()) for name in ("evaluation", "timing", "config")}
    curve = RESULTS / f"mnist_nll_{options.protocol}_seed{options.seed}.curve.jsonl"
    shutil.copyfile(options.out / "metrics.jsonl", curve)
    evaluation = read["evaluation"]
    result = {
        "command": shlex.join(line),
        "seed": options.seed,
        "training_cpu_seconds": round(read["timing"]["cpu_seconds"], 1),
        "all_cpu_seconds": round(cpu_seconds(), 1),
        "wall_seconds": round(time.monotonic() - began, 1),
        "outcome": read["config"].get("outcome"),
        "facts": read["config"].get("facts"),
        "curve": curve.name,
        "nll": -evaluation["log_likelihood"],
        "standard_error": evaluation["standard_error"],
        "monte_carlo_error": evaluation["monte_carlo_error"],
        "samples": evaluation["samples"],
        "rows": evaluation["n_rows"],
        "elbo": evaluation["elbo"],
        "rate": evaluation["rate"],
        "statement": evaluation["statement"],
    }
    curve.with_name(curve.name.replace(".curve.jsonl", ".json")).write_text(json.dumps(result, indent=1) + "\n")
    for name, value in result.items():
        print(f"{name:22} {value}")


if __name__ == "__main__":
    main()
