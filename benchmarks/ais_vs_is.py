"""Annealed importance sampling, importance sampling and quadrature on the same MNIST test images.

    python benchmarks/ais_vs_is.py                  a model of two latents, trained here; a grid is the truth
    python benchmarks/ais_vs_is.py --run RUN        a trained run on MNIST, of any number of latents

log p(x) of the first test images, by annealing from q(z | x), and by importance sampling from the encoder and from
proposals adapted to each row. The claims: annealing and importance sampling agree within 0.1 nat on average, and all
within 0.02 nat where a grid can tell.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from harness import keep, table


def compared(model, rows, schema, seed: int, options: argparse.Namespace, chains: int, *, grid: bool) -> dict:
    """Estimate log p of each row in every way; return means, errors and CPU seconds."""
    import torch

    import lowerbound as lb

    found: dict[str, dict] = {}
    values: dict[str, torch.Tensor] = {}
    x = lb.data.prepare_fixed(rows, schema, seed)
    estimators = {
        "annealing": lambda: lb.metrics.annealed_log_likelihood(
            model, ({"x": part} for part in x.split(25)), chains, options.temperatures, start="posterior",
            leapfrogs=options.leapfrogs, seed=seed,
        ),
        "importance sampling": lambda: lb.metrics.log_likelihood(
            model, ({"x": part} for part in x.split(1)), options.samples, seed=seed
        ),
        "importance sampling, adapted": lambda: lb.metrics.adapted_log_likelihood(
            model, ({"x": part} for part in x.split(5)), options.adapted_samples, chunk=500, seed=seed
        ),
        "grid": lambda: lb.metrics.grid_log_likelihood(model, ({"x": part} for part in x.split(10)), tolerance=1e-3),
    }  # fmt: skip
    for name, estimate in estimators.items():
        if name == "grid" and not grid:
            continue
        began = time.process_time()
        result = estimate()
        values[name] = torch.as_tensor(result.rows)
        errors = getattr(result, "errors", None)
        error = getattr(result, "monte_carlo_error", None) if errors is None else float(errors.mean())
        found[name] = {"log_likelihood": result.value, "error": error, "cpu": time.process_time() - began}
        worst = float(torch.as_tensor(result.ess).min()) if hasattr(result, "ess") else None
        found[name] |= {"smallest_ess": worst, "untrusted": getattr(result, "untrusted", None)}
    reference = values["grid" if grid else "annealing"]
    for name, rows_ in values.items():
        found[name]["difference"] = float((rows_ - reference).mean())
        found[name]["absolute"] = float((rows_ - reference).abs().mean())
    return found


def two_latents(data, options: argparse.Namespace):
    """Train a small model whose latents a grid can cover.

    It follows a bound of many samples, which its encoder answers by posteriors that leave nothing out: importance
    sampling needs them so.
    """
    import lowerbound as lb

    network = {"network": "mlp", "hidden": (200,), "nonlinearity": "tanh", "batch_size": 128}
    many = {"recipe": "iwae", "options": {"samples": 20}}
    return lb.VAE(2, **network, **many, epochs=options.epochs, random_state=0, compile="no").fit(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, help="a trained run on MNIST, instead of the model of two latents")
    parser.add_argument("--name", help="of the result  [default: that of the run's folder]")
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--samples", type=int, default=50_000, help="from the encoder")
    parser.add_argument("--adapted-samples", type=int, default=5_000)
    parser.add_argument("--chains", type=int, help="[default: 16; 160 beside the grid, enough to tell 0.02 nats]")
    parser.add_argument("--temperatures", type=int, default=300)
    parser.add_argument("--leapfrogs", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=15, help="of the model of two latents")
    parser.add_argument("--train-rows", type=int, default=50_000, help="of the model of two latents")
    options = parser.parse_args()
    import torch

    import lowerbound as lb

    data = lb.data.datasets.mnist()
    rows = torch.as_tensor(data.rows("test")[0])[: options.rows]
    if options.run is None:
        train = lb.data.Dataset(torch.as_tensor(data.rows("train")[0])[: options.train_rows], data.schema, name="mnist")
        vae, name, grid = two_latents(train, options), "two-latents", True
    else:
        vae, name, grid = lb.load(options.run), options.name or options.run.resolve().name, False
    options.chains = options.chains or (160 if grid else 16)
    found = compared(vae.fitted_.model, rows, vae.schema_, vae.fitted_.seed, options, options.chains, grid=grid)
    lines = [
        [method, f"{f['log_likelihood']:.3f}", "-" if f["error"] is None else f"{f['error']:.3f}",
         f"{f['difference']:+.4f}", f"{f['absolute']:.4f}", f"{f['cpu']:.0f}"]
        for method, f in found.items()
    ]  # fmt: skip
    print(table(["estimate", "log p(x)", "Monte Carlo error", "difference", "mean |difference|", "CPU s"], lines))
    sizes = {
        k: getattr(options, k) for k in ("rows", "samples", "adapted_samples", "chains", "temperatures", "leapfrogs")
    }
    keep(f"ais_vs_is_{name}", {"model": name, "methods": found, **sizes})


if __name__ == "__main__":
    main()
