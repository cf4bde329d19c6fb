"""Bits per dimension of the Frey faces' test rows, by one command each.

    python benchmarks/frey_bits.py logistic      256 grey levels: a discretised logistic
    python benchmarks/frey_bits.py diagonal      real numbers: an independent normal for each pixel
    python benchmarks/frey_bits.py structured    real numbers: a normal with a sparse Cholesky precision

1,565 rows to train, 200 to choose the weights and stop, 200 to test. The normals see grey levels plus noise from
U[0, 1), drawn once by the seed: their density in units of one grey level bounds the probability of the level, so
-log2 p / 560 is an upper bound of the bits per dimension, and comparable. Each takes the network, the schedule and
the choice of weights of the others. log p(x) is by importance sampling. Keeps the command, the seed, CPU-seconds,
the curve and the numbers in `results/`; `--max-time` makes it a rehearsal.
"""

from __future__ import annotations

import argparse
import json
import math
import shlex
import sys
import time
from dataclasses import replace
from typing import Any

from harness import RESULTS
from quality import spent

MODELS = {
    "logistic": {"likelihood": "DiscretizedLogistic"},
    "diagonal": {"likelihood": "Normal", "variance": "network"},
    "structured": {"likelihood": "StructuredNormal"},
}
SHARED = {
    "latent": 40, "network": "mlp", "hidden": (300, 300), "nonlinearity": "gated", "batch_size": 100, "epochs": 300,
    "learning_rate": 1e-3, "weight_decay": 1e-2, "warmup": 0.1, "round_steps": 150, "precision": "float32",
    "compile": "no", "patience": 6,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=5000, help="importance samples a test row")
    parser.add_argument("--rows", type=int, help="score the first rows only")
    parser.add_argument("--max-time", type=float, help="stop training after this many seconds")
    parser.add_argument("--data-dir", help="folder with the public data sets  [default: LOWERBOUND_DATA]")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting")
    options = parser.parse_args()
    result = measure(options)
    name = f"frey_bits_{options.model}_seed{options.seed}"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.curve.jsonl").write_text("".join(json.dumps(r) + "\n" for r in result.pop("curve")))
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    for key, value in result.items():
        print(f"{key:22} {value}")


def faces(options: argparse.Namespace) -> Any:
    """Return the faces in levels, or as real numbers for a density."""
    import torch

    from lowerbound.data import Schema
    from lowerbound.data.datasets import frey_faces

    data = frey_faces(seed=options.seed, data_dir=options.data_dir)
    if options.model == "logistic":
        return data
    noise = torch.rand(data.x.shape, generator=torch.Generator().manual_seed(options.seed))
    return replace(data, x=data.x.float() + noise, schema=Schema(data.schema.shape, "real"))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Fit, score, and return the numbers."""
    from lowerbound.estimators.fitting import fit
    from lowerbound.runs import Settings, read_assignments

    data = faces(options)
    chosen = {**SHARED, **MODELS[options.model], "seed": options.seed, **read_assignments(options.set)}
    settings = Settings.make(**chosen, **({"max_time": options.max_time} if options.max_time else {}))
    before = spent()
    done = fit(data, settings, observers=[Lines()])
    training = spent() - before
    x = data.rows("test")[0][: options.rows]
    before = spent()
    found = done.fitted.log_likelihood(x, None, options.samples)
    bound = done.fitted.bound(x, None, samples=16).summary()
    return {
        "command": shlex.join(["python", *sys.argv]),
        "settings": settings.flat(),
        "seed": options.seed,
        "training_cpu_seconds": round(training, 1),
        "scoring_cpu_seconds": round(spent() - before, 1),
        "steps": done.outcome.step,
        "facts": done.plan.facts(),
        "rows": len(x),
        "nll": -found.value,
        **found.to_json(),
        **bound,
        "bits_per_dim": bits(found.value, data),
        "bits_per_dim_error": bits(-found.standard_error, data),
        "bits_per_dim_bound": bits(bound["elbo"], data),
        "dequantised": options.model != "logistic",
        "curve": done.outcome.history.records,
    }


def bits(log_p: float, data: Any) -> float:
    """Turn nats a row into bits a pixel, a grey level being the unit of the density."""
    return -log_p / (data.schema.n_features * math.log(2))


class Lines:
    """Print a line a round, in bits per dimension."""

    def start(self, step: int, total: int, facts: dict[str, str]) -> None:
        print(f"{total} steps; " + ", ".join(f"{k} {v}" for k, v in facts.items()), flush=True)
        self.began = time.process_time()

    def advance(self, step: int) -> None:
        """Wait for the round."""

    def record(self, record: dict[str, Any]) -> None:
        train, valid = (-record[f"{k}/elbo"] / (560 * math.log(2)) for k in ("train", "val"))
        print(f"{record['step']:7d} {time.process_time() - self.began:7.1f} CPU-s  train {train:.3f}  valid {valid:.3f}"
              f"  rate {record['val/rate']:.1f}", flush=True)  # fmt: skip

    def finish(self, reason: str) -> None:
        print(reason, flush=True)


if __name__ == "__main__":
    main()
