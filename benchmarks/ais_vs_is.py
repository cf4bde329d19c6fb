"""Annealed importance sampling, importance sampling and quadrature on the same MNIST test images.

    python benchmarks/ais_vs_is.py --run RUN

RUN is a trained run on MNIST, of one latent variable: log p(x) of its test images is estimated by annealing from
q(z | x), and by importance sampling from the encoder and from posteriors refined for each row. A model of two latents,
trained here, is integrated on a grid as well. The claims: annealing and importance sampling agree within 0.1 nat on
average, and all within 0.02 nat where a grid can tell.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from types import SimpleNamespace

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
        "importance sampling, refined": lambda: refined(model, x, options, seed),
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
    reference = values["grid" if grid else "importance sampling"]
    for name, rows_ in values.items():
        found[name]["difference"] = float((rows_ - reference).mean())
        found[name]["absolute"] = float((rows_ - reference).abs().mean())
    return found


def refined(model, x, options: argparse.Namespace, seed: int):
    """Sample from posteriors that were refined for each row."""
    import lowerbound as lb

    batches = ({"x": part} for part in x.split(50))
    rows = lb.metrics.inference_gaps(model, batches, samples=options.samples, seed=seed).log_likelihood
    return SimpleNamespace(rows=rows, value=float(rows.mean()), monte_carlo_error=None)


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
    parser.add_argument("--run", type=Path, required=True, help="a trained run on MNIST")
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--chains", type=int, default=16)
    parser.add_argument("--grid-chains", type=int, default=160, help="beside the grid: enough to tell 0.02 nats")
    parser.add_argument("--temperatures", type=int, default=300)
    parser.add_argument("--leapfrogs", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=15, help="of the model of two latents")
    parser.add_argument("--train-rows", type=int, default=50_000, help="of the model of two latents")
    options = parser.parse_args()
    import torch

    import lowerbound as lb

    data = lb.data.datasets.mnist()
    rows = torch.as_tensor(data.rows("test")[0])[: options.rows]
    vae = lb.load(options.run)
    many = compared(vae.fitted_.model, rows, vae.schema_, vae.fitted_.seed, options, options.chains, grid=False)
    train = lb.data.Dataset(torch.as_tensor(data.rows("train")[0])[: options.train_rows], data.schema, name="mnist")
    small = two_latents(train, options)
    few = compared(
        small.fitted_.model, rows, small.schema_, small.fitted_.seed, options, options.grid_chains, grid=True
    )
    lines = [
        [model, name, f"{f['log_likelihood']:.3f}", "-" if f["error"] is None else f"{f['error']:.3f}",
         f"{f['difference']:+.4f}", f"{f['absolute']:.4f}", f"{f['cpu']:.0f}"]
        for model, found in (("the run", many), ("two latents", few)) for name, f in found.items()
    ]  # fmt: skip
    head = ["model", "estimate", "log p(x)", "Monte Carlo error", "difference", "mean |difference|", "CPU s"]
    print(table(head, lines))
    names = ("rows", "samples", "chains", "grid_chains", "temperatures", "leapfrogs")
    sizes = {name: getattr(options, name) for name in names}
    keep("ais_vs_is", {"run": many, "two_latents": few, **sizes})


if __name__ == "__main__":
    main()
