"""Negative log-likelihood of the MNIST test rows, dynamically binarized, by one command each.

    python benchmarks/mnist_nll.py paper      the one-layer network of Burda et al. (2016): 784-200-200-50, tanh
    python benchmarks/mnist_nll.py iwae5      the same network trained on the importance-weighted bound, k = 5
    python benchmarks/mnist_nll.py iwae50     ... k = 50
    python benchmarks/mnist_nll.py dreg5      ... k = 5, by the gradients of Tucker et al. (2019): the same bound
    python benchmarks/mnist_nll.py miwae8x8   ... on the bounds of Rainforth et al. (2018), 64 samples a row
    python benchmarks/mnist_nll.py default    what `lowerbound fit mnist` chooses by itself

Trains on the first 50,000 rows, chooses the weights on the next 10,000, and scores the 10,000 official test rows
with 5,000 importance samples each; the test rows are binarized once, by a fixed seed. Prints the command, the seed,
CPU-seconds, where the curve is, and the numbers; `--max-time` makes it a rehearsal.
"""

from __future__ import annotations

import argparse

from quality import arguments, quality_run

NETWORK = [
    "--latent", "50", "--batch-size", "128",
    "--set", "network=mlp", "--set", "hidden=(200, 200)", "--set", "nonlinearity=tanh",
    "--set", "learning_rate=2e-3", "--set", "round_steps=6240",
]  # fmt: skip
MANY = {
    "iwae5": ("IWAE(5)", 500),
    "dreg5": ("DReG(5)", 600),
    "iwae50": ("IWAE(50)", 100),
    "dreg50": ("DReG(50)", 100),
    "iwae64": ("IWAE(64)", 60),
    "miwae8x8": ("MIWAE(8, 8)", 60),
    "ciwae64": ("CIWAE(64, beta=0.05)", 60),
    "piwae8x8": ("PIWAE(8, 8)", 60),
}
"""What is minimised, and for how many epochs: the last four are as long as each other."""

PROTOCOLS: dict[str, list[str]] = {
    "paper": [*NETWORK, "--epochs", "900"],
    "default": [],
    **{k: [*NETWORK, "--epochs", str(epochs), "--set", f"objective={text}"] for k, (text, epochs) in MANY.items()},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", choices=list(PROTOCOLS))
    arguments(parser)
    options = parser.parse_args()
    quality_run(f"mnist_nll_{options.protocol}_seed{options.seed}", "mnist", PROTOCOLS[options.protocol], options)


if __name__ == "__main__":
    main()
