"""Four estimates of the same log p(x): bounds that rise with samples or temperatures, and a grid that they meet.

A model of two latents is trained on binary digits, so that its log p(x) can be integrated. Against the truth stand
importance sampling from the encoder (the ELBO at one sample), annealing from the prior, and the ELBO of posteriors
refined for each row.

    python examples/estimates_picture.py --out docs/images/estimates.png
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

import lowerbound as lb

SAMPLES = (1, 3, 10, 30, 100, 300, 1000, 3000)
TEMPERATURES = (2, 5, 10, 20, 50, 100, 200)
ROWS, CHAINS = 50, 8
LINE, ANNEALED, REFINED, INK = "#2a6f97", "#bc4749", "#6a994e", "#333333"


def trained(epochs: int) -> tuple[lb.VAE, torch.Tensor]:
    """Return a fitted model of two latents and binary rows."""
    x = (lb.data.datasets.digits().rows("train")[0] > 8).float()
    vae = lb.VAE(2, network="mlp", hidden=(64,), epochs=epochs, batch_size=100, compile="no", random_state=0)
    return vae.fit(x), x[:ROWS]


def measured(vae: lb.VAE, x: torch.Tensor) -> dict[str, np.ndarray]:
    """Return the mean gap to the truth of every estimate, nats per row, with its Monte Carlo error."""
    model, batch = vae.fitted_.model, {"x": x}
    truth = lb.metrics.grid_log_likelihood(model, iter([batch]), tolerance=1e-4).value
    sampled = [
        [lb.metrics.log_likelihood(model, iter([batch]), s, seed=seed).value for seed in range(20)] for s in SAMPLES
    ]
    annealed = [
        [
            lb.metrics.annealed_log_likelihood(model, iter([batch]), CHAINS, t, leapfrogs=4, seed=seed).value
            for seed in range(6)
        ]
        for t in TEMPERATURES
    ]
    gaps = lb.metrics.inference_gaps(model, iter([batch]), samples=2000)
    return {
        "sampled": np.array(sampled) - truth, "annealed": np.array(annealed) - truth,
        "elbo": np.array(gaps.elbo.mean() - truth), "refined": np.array(gaps.refined.mean() - truth),
    }  # fmt: skip


def draw(found: dict[str, np.ndarray], out: str) -> None:
    """Write the picture: how far estimates are from the truth, on average and over seeds."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.6), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, counts, name, colour in (
        (left, SAMPLES, "sampled", LINE), (right, TEMPERATURES, "annealed", ANNEALED),
    ):  # fmt: skip
        mean, low, high = found[name].mean(1), *np.quantile(found[name], (0.1, 0.9), axis=1)
        axes.axhline(0, color=INK, linewidth=0.8, label="log p(x), by a grid")
        axes.axhline(float(found["refined"]), color=REFINED, linewidth=1, linestyle="--", label="ELBO, refined")
        axes.axhline(float(found["elbo"]), color=REFINED, linewidth=1, linestyle=":", label="ELBO")
        axes.plot(counts, mean, "o-", color=colour, markersize=4)
        axes.fill_between(counts, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.set_xscale("log")
        axes.spines[["top", "right"]].set_visible(False)
    left.set_ylim(-0.6, 0.4)
    left.legend(frameon=False, fontsize=8, loc="lower right")
    left.set_title("importance sampling", fontsize=10, loc="left", color=INK)
    right.set_title(f"annealing from the prior, {CHAINS} chains", fontsize=10, loc="left", color=INK)
    left.set_xlabel("samples")
    right.set_xlabel("temperatures")
    left.set_ylabel("estimate - log p(x), nats per row")
    figure.savefig(out, metadata={"Software": None})


def main() -> None:
    """Train, measure, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="docs/images/estimates.png")
    parser.add_argument("--epochs", type=int, default=60)
    options = parser.parse_args()
    draw(measured(*trained(options.epochs)), options.out)


if __name__ == "__main__":
    main()
