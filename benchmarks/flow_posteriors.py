"""Flow posteriors on statically binarized MNIST: one network, one seed, one start, as many steps, four posteriors.

    python benchmarks/flow_posteriors.py
    python benchmarks/flow_posteriors.py --posteriors diagonal planar --steps 8000

784-300-300-40-300-300-784 with gated layers and a standard normal prior, after van den Berg et al., Sylvester
Normalizing Flows for Variational Inference (2018), table 1, whose networks are convolutional: there diagonal, planar,
IAF and Sylvester posteriors follow each other in that order. What a posterior is worth shows late in training, and
flows learn more slowly at first. So a model with a diagonal posterior is trained for `--start` steps; each posterior,
the diagonal one too, takes over its weights and goes on for `--steps` steps. 50,000 training rows, 10,000 to choose
the weights; the ELBO and the negative log-likelihood of the first 1,000 test rows, 5,000 importance samples each,
unless `--rows` and `--samples` say otherwise.
"""

from __future__ import annotations

import argparse
import resource
from typing import Any

import torch
from harness import keep, table
from quality import cpu_seconds
from torch import Tensor

import lowerbound as lb
from lowerbound.estimators.fitting import Fit, fit, make_plan
from lowerbound.runs import Settings

POSTERIORS = {
    "diagonal": "DiagonalNormal()",
    "planar": "Planar(flows=16)",
    "iaf": "InverseAutoregressive(flows=4, hidden=(320,), context=64)",
    "sylvester": "SylvesterOrthogonal(flows=4, columns=16)",
}
BATCH = 200
SETTINGS: dict[str, Any] = {
    "latent": 40, "network": "mlp", "hidden": (300, 300), "nonlinearity": "gated", "batch_size": BATCH,
    "round_steps": 1000,
}  # fmt: skip
FRESH = 0.1
"""Size of the encoder's outputs that the start does not have, of their usual one: flows begin near the identity."""


def take_over(state: dict[str, Tensor], start: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return ``state`` with the weights of the start: the encoder's first outputs are mean and scale in both."""
    merged = dict(state)
    for name, old in start.items():
        new = state[name].clone()
        n = len(old) if old.ndim else None
        if new.shape != old.shape:
            new *= FRESH
        new[:n] = old
        merged[name] = new
    return merged


def trained(data: lb.data.Dataset, start: Fit | None, steps: int, **changed: Any) -> Fit:
    """Train a model for ``steps`` steps, rounded to whole epochs."""
    epochs = max(1, round(steps * BATCH / len(data.rows("train")[0])))
    settings = Settings.make(**SETTINGS, **changed, epochs=epochs)
    plan = make_plan(data, settings)
    if start is not None:
        plan.model.load_state_dict(take_over(plan.model.state_dict(), start.plan.model.state_dict()))
    return fit(data, settings, plan=plan)


def scored(found: Fit, rows: Tensor, options: argparse.Namespace) -> dict[str, float]:
    """Return the ELBO and the negative log-likelihood of rows, nats."""
    bound = found.fitted.bound(rows, None, samples=16).summary()
    likelihood = found.fitted.log_likelihood(rows, None, options.samples, precision=options.precision)
    return {
        "elbo": bound["elbo"], "elbo_error": bound["elbo_error"], "rate": bound["rate"], "nll": -likelihood.value,
        "monte_carlo_error": likelihood.monte_carlo_error,
    }  # fmt: skip


def measured(
    data: lb.data.Dataset, start: Fit | None, steps: int, options: argparse.Namespace, **changed: Any
) -> tuple:
    """Train, score, and return the fit with its numbers."""
    before = cpu_seconds(resource.RUSAGE_SELF)
    found = trained(data, start, steps, seed=options.seed, **changed)
    spent = cpu_seconds(resource.RUSAGE_SELF) - before
    numbers = scored(found, data.rows("test")[0][: options.rows], options)
    return found, {**numbers, "steps": found.outcome.step, "training_cpu_seconds": spent}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posteriors", nargs="+", choices=list(POSTERIORS), default=list(POSTERIORS))
    parser.add_argument("--start", type=int, default=20_000, help="steps with a diagonal posterior")
    parser.add_argument("--steps", type=int, default=5000, help="steps of each posterior from there")
    parser.add_argument("--rows", type=int, default=1000, help="test rows that are scored")
    parser.add_argument("--samples", type=int, default=5000, help="importance samples a row")
    parser.add_argument("--precision", default="bfloat16", help="of the layers while scoring")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = lb.data.open_data("static_mnist").split(seed=options.seed)
    start, numbers = measured(data, None, options.start, options, learning_rate=2e-3)
    results = {"start": numbers}
    for name in options.posteriors:
        changed = {"posterior": POSTERIORS[name], "learning_rate": 1e-3, "warmup": 0.0}
        _, results[name] = measured(data, start, options.steps, options, **changed)
        print(name, results[name], flush=True)
    keep(f"flow_posteriors_seed{options.seed}", {"posteriors": POSTERIORS, "results": results})
    columns = ["elbo", "elbo_error", "nll", "steps", "training_cpu_seconds"]
    print(table(["posterior", *columns], [[n, *(f"{found[c]:.2f}" for c in columns)] for n, found in results.items()]))


if __name__ == "__main__":
    main()
