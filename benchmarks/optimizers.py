"""Adam and SOAP on the ELBO of binarized MNIST: one network, batch and seed, as many steps, at a learning rate each.

    python benchmarks/optimizers.py --optimizer adam --rate 2e-3
    python benchmarks/optimizers.py --optimizer soap --rate 8e-3

784-200-200-50-200-200-784, tanh, after Burda et al. (2016), and the recipe `vae`; 10 epochs of batches of 256, rates
that fall to zero. Which rate suits an optimizer is part of the comparison, so each is shown with several. The ELBO and
the negative log-likelihood of 1,000 test rows, drawn by a fixed seed.
"""

from __future__ import annotations

import argparse

from mnist_nll import NETWORK
from quality import arguments, quality_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--optimizer", choices=["adam", "soap"], required=True)
    parser.add_argument("--rate", type=float, required=True, help="peak learning rate")
    parser.add_argument("--epochs", type=int, default=10)
    arguments(parser)
    parser.set_defaults(rows=1000, samples=1000)
    options = parser.parse_args()
    settings = [*NETWORK, "--batch-size", "256", "--epochs", str(options.epochs), "--set", "round_steps=195"]
    settings += ["--set", f"optimizer={options.optimizer}", "--set", f"learning_rate={options.rate:g}"]
    quality_run(f"optimizers_{options.optimizer}_{options.rate:g}_seed{options.seed}", "mnist", settings, options)


if __name__ == "__main__":
    main()
