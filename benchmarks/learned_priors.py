"""Learned priors on MNIST: one network, one latent level, and a prior by name.

    python benchmarks/learned_priors.py --prior vamp-prior --data static_mnist
    python benchmarks/learned_priors.py --prior standard-normal --data mnist
    python benchmarks/learned_priors.py --prior normal-mixture --data mnist

The single-level network of Tomczak and Welling, VAE with a VampPrior (2018): 784-300-300-40-300-300-784 with gated
layers; K = 500 pseudo-inputs, or as many components of a mixture. 50,000 training rows, 10,000 to choose the weights,
and the official test rows, which `mnist` binarizes once by a fixed seed. The paper takes batches of 100 and up to
2,000 epochs at 5e-4; these runs are shorter, at a rate that falls to zero, with batches of 200. `--steps`, `--rows` and
`--samples` make a rehearsal.
"""

from __future__ import annotations

import argparse

from quality import arguments, quality_run

SPELLED = {"vamp-prior": "VampPrior(components=500)", "normal-mixture": "NormalMixture(components=500)"}
STEPS = {"static_mnist": 30_000, "mnist": 15_000}
PACE = {"static_mnist": ("1e-3", "0.2"), "mnist": ("3e-3", "0.1")}
"""Learning rate and warm-up: fixed bits are learned by heart sooner, and more slowly at a smaller rate."""
TRAIN_ROWS, BATCH = 50_000, 200
NETWORK = [
    "--latent", "40", "--batch-size", str(BATCH),
    "--set", "network=mlp", "--set", "hidden=(300, 300)", "--set", "nonlinearity=gated",
    "--set", "round_steps=1000",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prior", default="vamp-prior", help="a prior by name, or its specification")
    parser.add_argument("--data", choices=list(STEPS), default="static_mnist")
    parser.add_argument("--steps", type=int, help="optimizer steps, rounded to whole epochs")
    arguments(parser)
    options = parser.parse_args()
    epochs = max(1, round((options.steps or STEPS[options.data]) * BATCH / TRAIN_ROWS))
    rate, warmup = PACE[options.data]
    pace = ["--set", f"learning_rate={rate}", "--set", f"warmup={warmup}"]
    settings = [*NETWORK, *pace, "--epochs", str(epochs), "--set", f"prior={SPELLED.get(options.prior, options.prior)}"]
    name = f"learned_priors_{options.data}_{options.prior.partition('(')[0]}_seed{options.seed}"
    quality_run(name, options.data, settings, options)


if __name__ == "__main__":
    main()
