"""Negative log-likelihood of the MNIST test rows, dynamically binarized, by one command each.

    python benchmarks/mnist_nll.py paper      the one-layer network of Burda et al. (2016): 784-200-200-50, tanh
    python benchmarks/mnist_nll.py iwae5      the same network trained on the importance-weighted bound, k = 5
    python benchmarks/mnist_nll.py iwae50     ... k = 50
    python benchmarks/mnist_nll.py dreg5      ... k = 5, by the gradients of Tucker et al. (2019): the same bound
    python benchmarks/mnist_nll.py soap5      ... by SOAP: what the next ones start from
    python benchmarks/mnist_nll.py soap50     ... k = 50, by SOAP, from the weights of soap5, same seed
    python benchmarks/mnist_nll.py miwae8x8   ... on the bounds of Rainforth et al. (2018), 64 samples a row, likewise
    python benchmarks/mnist_nll.py default    what `lowerbound fit mnist` chooses by itself

Trains on the first 50,000 rows and chooses the weights on the next 10,000; `iwae5`, `iwae50`, `soap5` and what starts
from it train on 59,600 and choose on 400, as Burda et al. did. Scores the 10,000 official test rows with 5,000
importance samples each; the test rows are binarized once, by a fixed seed. Prints the command, the seed, CPU-seconds,
where the curve is, and the numbers; `--max-time` makes it a rehearsal.
"""

from __future__ import annotations

import argparse

from quality import arguments, quality_run

NETWORK = [
    "--latent", "50", "--batch-size", "128",
    "--set", "network=mlp", "--set", "hidden=(200, 200)", "--set", "nonlinearity=tanh",
    "--set", "learning_rate=2e-3", "--set", "round_steps=6240",
]  # fmt: skip
SOAP = ["--batch-size", "256", "--set", "optimizer=soap", "--set", "learning_rate=4e-3", "--set", "round_steps=2320"]
FROM_SOAP5 = ["--batch-size", "128", "--start-from", "runs/mnist_nll_soap5_seed{seed}"]
AS_PUBLISHED = ["--data-option", "valid_rows=400"]


def many(objective: str, epochs: int, *more: str) -> list[str]:
    """Return the settings of the network trained on a bound of several samples."""
    return [*NETWORK, *more, "--epochs", str(epochs), "--set", f"objective={objective}"]


def of_64(bound: str) -> list[str]:
    """Return the settings of a bound of 64 samples: all of them start alike, and are as long as each other."""
    return many(bound, 20, *AS_PUBLISHED, *SOAP, *FROM_SOAP5, "--set", "learning_rate=1e-3")


PROTOCOLS: dict[str, list[str]] = {
    "paper": [*NETWORK, "--epochs", "900"],
    "default": [],
    "iwae5": many("IWAE(5)", 500, *AS_PUBLISHED),
    "dreg5": many("DReG(5)", 600),
    "soap5": many("DReG(5)", 220, *AS_PUBLISHED, *SOAP),
    "soap50": many("DReG(50)", 28, *AS_PUBLISHED, *SOAP, *FROM_SOAP5, "--set", "learning_rate=2e-3"),
    "iwae50": many("IWAE(50)", 100, *AS_PUBLISHED),
    "dreg50": many("DReG(50)", 100),
    "iwae64": of_64("IWAE(64)"),
    "miwae8x8": of_64("MIWAE(64, groups=8)"),
    "ciwae64": of_64("CIWAE(64, beta=0.05)"),
    "piwae8x8": of_64("PIWAE(64, groups=8)"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", choices=list(PROTOCOLS))
    arguments(parser)
    options = parser.parse_args()
    settings = [part.format(seed=options.seed) for part in PROTOCOLS[options.protocol]]
    quality_run(f"mnist_nll_{options.protocol}_seed{options.seed}", "mnist", settings, options)


if __name__ == "__main__":
    main()
