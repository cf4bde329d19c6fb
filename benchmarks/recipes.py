"""Every recipe on the digits, by the same command: what its page in the documentation shows.

    python benchmarks/recipes.py
    python benchmarks/recipes.py --recipes vae vamp --epochs 200

Each is fitted by `lowerbound fit digits --recipe NAME` with its own defaults, and evaluated on the held-out rows with
5,000 importance samples each, where its model has a likelihood. These are examples of what comes out, not a contest:
few rows, one seed, no tuning.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from harness import RESULTS

import lowerbound as lb
from lowerbound.recipes import names

TARGET = RESULTS / "recipes.json"


def result(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fit a recipe, evaluate it, and return what its page shows."""
    out = options.out / name
    line = ["lowerbound", "fit", "digits", "--recipe", name, "--epochs", str(options.epochs), "--seed", "0"]
    run = [sys.executable, "-m", *line, "--out", str(out), "--overwrite", "--nll-samples", str(options.samples)]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    found, diagnosis, timing = (json.loads((out / f"{part}.json").read_text()) for part in PARTS)
    kept = {"rows": found["n_rows"], "seed": 0, "command": shlex.join([*line, "--out", f"runs/{name}"])}
    return {**kept, "numbers": numbers(found, diagnosis, timing, out)}


PARTS = ("evaluation", "diagnosis", "timing")


def numbers(found: dict[str, Any], diagnosis: dict[str, Any], timing: dict[str, Any], out: Path) -> dict[str, str]:
    """Return the numbers of one run in words."""
    shown: dict[str, str] = {}
    if found.get("log_likelihood") is not None:
        error, samples = found["standard_error"], found["samples"]
        shown["log p(x), nats a row"] = f"{found['log_likelihood']:.2f} ± {error:.2f} (S = {samples})"
    if found.get("elbo") is not None:
        shown["ELBO, nats a row"] = f"{found['elbo']:.2f} ± {found['elbo_error']:.2f}"
        shown["rate, distortion"] = f"{found['rate']:.2f}, {found['distortion']:.2f}"
    if found.get("log_likelihood") is None and found.get("statement"):
        shown["likelihood"] = found["statement"]
    shown["reconstruction, root mean squared error"] = f"{reconstruction_error(out):.3f} of 16 grey levels"
    if diagnosis.get("active"):
        shown["active latents"] = f"{sum(diagnosis['active'])} of {len(diagnosis['active'])}"
    shown["training and evaluation, CPU seconds"] = f"{timing['cpu_seconds']:.0f}"
    return shown


def reconstruction_error(out: Path) -> float:
    """Return the error of the test rows' expected reconstructions, in grey levels."""
    vae = lb.load(out)
    data = lb.data.open_data("digits").split(seed=0)
    rows, labels = data.rows("test")
    given = {"y": np.asarray(data.schema.classes)[labels.numpy()]} if vae.fitted_.conditional else {}
    again = vae.reconstruct(rows.numpy(), **given)
    return float(np.sqrt(np.mean((np.asarray(again, dtype=float) - rows.numpy()) ** 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", default=list(names()), choices=list(names()), metavar="NAME")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=Path("runs/recipes"))
    options = parser.parse_args()
    kept = json.loads(TARGET.read_text()) if TARGET.is_file() else {"recipes": {}}
    for name in options.recipes:
        kept["recipes"][name] = result(name, options)
        kept["recipes"] = {known: kept["recipes"][known] for known in sorted(kept["recipes"]) if known in names()}
        TARGET.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        print(name, json.dumps(kept["recipes"][name]["numbers"], indent=1, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
