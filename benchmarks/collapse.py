"""Ten cures of posterior collapse on static MNIST, beneath a decoder that could do without latents.

    python benchmarks/collapse.py
    python benchmarks/collapse.py --cures none free-bits --steps 2000

784-300-300-32, gated, with an autoregressive likelihood (a masked network over the pixels): it models the rows well
by itself, so that nothing is lost at first when the latents are left unused. One network, batch, rate and seed, and as
many steps for each cure; 50,000 training rows, 10,000 to choose the weights, 2,000 test rows drawn by a fixed seed.
Shown: log p(x) by importance sampling, the ELBO, the rate, active units, and the mutual information I(x; z).
"""

from __future__ import annotations

import argparse
import json
import shlex
from typing import Any

import torch
from harness import RESULTS
from quality import scoring_precision, spent
from tables import collapse

import lowerbound as lb
from lowerbound.estimators.diagnosis import diagnose
from lowerbound.estimators.fitting import fit
from lowerbound.runs import Settings

CURES: dict[str, dict[str, Any]] = {
    "none": {"recipe": "vae", "warmup": 0.0},
    "rate from zero": {"recipe": "vae", "warmup": 0.3},
    "cyclical": {"recipe": "cyclical-vae"},
    "beta below one": {"recipe": "beta-vae", "beta": 0.5, "warmup": 0.0},
    "free bits": {"recipe": "free-bits", "warmup": 0.0},
    "free bits, total": {"recipe": "vae", "warmup": 0.0, "objective": "Distortion() + FreeBits(15.0, per='total')"},
    "committed rate": {"recipe": "delta-vae", "warmup": 0.0},
    "batch norm": {"recipe": "bn-vae", "warmup": 0.0},
    "lagging inference": {"recipe": "lagging-vae", "warmup": 0.0},
    "skip decoder": {"recipe": "skip-vae", "network": "skip", "warmup": 0.0},
    "target rate": {"recipe": "vae", "warmup": 0.0, "objective": "Distortion() + GECO(15.0, of='rate')"},
}
SHARED: dict[str, Any] = {
    "likelihood": "AutoregressiveBernoulli(hidden=(256,))", "latent": 32, "network": "mlp", "hidden": (300, 300),
    "nonlinearity": "gated", "batch_size": 200, "learning_rate": 1e-3, "round_steps": 500,
}  # fmt: skip
TRAIN_ROWS = 50_000


def measure(cure: str, options: argparse.Namespace) -> dict[str, Any]:
    """Train one model and return its row of the table."""
    chosen = {**SHARED, **CURES[cure]}
    epochs = max(1, round(options.steps * chosen["batch_size"] / TRAIN_ROWS))
    data = lb.data.open_data("static_mnist").split(seed=options.seed)
    before = spent()
    done = fit(data, Settings.make(**chosen, epochs=epochs, seed=options.seed))
    training = spent() - before
    rows = data.rows("test")[0]
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[: options.rows]]
    bound = done.fitted.bound(rows, None, samples=16).summary()
    found = done.fitted.log_likelihood(rows, None, options.samples, precision=scoring_precision())
    diagnosis = diagnose(done.fitted, rows[:1000])
    line = ["--cures", cure, "--steps", str(options.steps), "--seed", str(options.seed)]
    return {
        "command": shlex.join(["python", "benchmarks/collapse.py", *line]), "objective": repr(done.plan.objective),
        "training_cpu_seconds": round(training, 1), "steps": done.outcome.step,
        "nll": -found.value, **found.to_json(), **bound, "active_units": diagnosis.active_units,
        "mutual_information": diagnosis.mutual_information, "rows": len(rows),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cures", nargs="+", default=list(CURES), choices=list(CURES), metavar="CURE")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=1000, help="importance samples a test row")
    parser.add_argument("--rows", type=int, default=2000, help="test rows")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    target = RESULTS / f"collapse_seed{options.seed}.json"
    kept = json.loads(target.read_text()) if target.is_file() else {"cures": {}}
    kept["seed"] = options.seed
    for cure in options.cures:
        kept["cures"][cure] = measure(cure, options)
        kept["cures"] = {name: kept["cures"][name] for name in CURES if name in kept["cures"]}
        target.write_text(json.dumps(kept, indent=1) + "\n")
        print(cure, kept["cures"][cure], flush=True)
    print(collapse(kept))


if __name__ == "__main__":
    main()
