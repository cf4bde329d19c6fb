"""A quality run: train by one command, score the test rows, keep the command, the seed, the cost, curve and numbers."""

from __future__ import annotations

import argparse
import json
import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness import RESULTS

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from lowerbound.estimators.fitted import Fitted

__all__ = ["arguments", "quality_run", "scoring_precision", "spent"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that every quality run has."""
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=5000, help="importance samples a test row")
    parser.add_argument("--rows", type=int, help="score some rows only, drawn by a fixed seed")
    parser.add_argument(
        "--precision",
        choices=["float32", "bfloat16"],
        help="of the layers while scoring  [default: bfloat16 where the hardware has it]",
    )
    parser.add_argument("--near", type=int, default=0, help="rows that proposals adapted to each are tried on as well")
    parser.add_argument("--max-time", help="stop training after this long, such as 30s or 50m of wall clock")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting")
    parser.add_argument("--out", type=Path, help="run folder  [default: runs/NAME]")
    parser.add_argument("--score-only", action="store_true", help="score the run folder that is there")


def cpu_seconds(who: int) -> float:
    """Return the CPU-seconds of this process, or of its finished children."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def spent() -> float:
    """Return the CPU-seconds of this process and of its finished children, compilers among them."""
    return cpu_seconds(resource.RUSAGE_SELF) + cpu_seconds(resource.RUSAGE_CHILDREN)


def scoring_precision() -> str:
    """Return the dtype of the layers while scoring: bfloat16 where the hardware has it."""
    from lowerbound.training.precision import choose_device, has_fast_bfloat16

    return "bfloat16" if has_fast_bfloat16(choose_device("auto")) else "float32"


def quality_run(name: str, data: str, settings: list[str], options: argparse.Namespace) -> dict[str, object]:
    """Train ``lowerbound fit DATA SETTINGS`` and score its test rows; print and keep ``results/NAME.json``."""
    out = options.out or Path("runs") / name
    extra = [part for pair in options.set for part in ("--set", pair)]
    line = ["lowerbound", "fit", data, *settings, *extra, "--seed", str(options.seed), "--nll-samples", "64"]
    line += ["--max-time", options.max_time] if options.max_time else []
    line += ["--out", str(out)]
    print("$", shlex.join(line), flush=True)
    if not options.score_only:
        subprocess.run([sys.executable, "-m", *line, "--overwrite"], check=True)
    return _keep(name, data, shlex.join(line), out, options)


def adapted(fitted: Fitted, rows: Tensor, plain: np.ndarray, samples: int) -> dict[str, object]:
    """Return how much nearer to log p(x) than ``plain`` proposals adapted to each row come: nats."""
    found = fitted.log_likelihood(rows, None, samples, proposal="adapted")
    gain = found.rows - plain
    error = float(gain.std(ddof=1)) / len(gain) ** 0.5
    return {"near_rows": len(gain), "near_gain": float(gain.mean()), "near_error": error}


def _keep(name: str, data: str, command: str, out: Path, options: argparse.Namespace) -> dict[str, object]:
    import torch

    import lowerbound as lb

    before = cpu_seconds(resource.RUSAGE_SELF)
    rows = lb.data.open_data(data).split(seed=options.seed).rows("test")[0]
    if options.rows is not None:  # test rows have an order: some rows are a sample of them
        rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[: options.rows]]
    fitted = lb.load(out, device="auto").fitted_
    bound = fitted.bound(rows, None, samples=16).summary()
    found = fitted.log_likelihood(rows, None, options.samples, precision=options.precision or scoring_precision())
    scoring = cpu_seconds(resource.RUSAGE_SELF) - before
    near = adapted(fitted, rows[: options.near], found.rows[: options.near], options.samples) if options.near else {}
    timing, config = (json.loads((out / f"{n}.json").read_text()) for n in ("timing", "config"))
    curve = RESULTS / f"{name}.curve.jsonl"
    shutil.copyfile(out / "metrics.jsonl", curve)
    result = {
        "command": command,
        "seed": options.seed,
        "training_cpu_seconds": round(timing["cpu_seconds"], 1),
        "scoring_cpu_seconds": round(scoring, 1),
        "outcome": config.get("outcome"),
        "facts": config.get("facts"),
        "curve": curve.name,
        "rows": len(rows),
        "nll": -found.value,
        **found.to_json(),
        **bound,
        **near,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    for key, value in result.items():
        print(f"{key:22} {value}")
    return result
