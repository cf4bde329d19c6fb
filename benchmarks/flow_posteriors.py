"""Flow posteriors on binarized MNIST: one network, one seed, as many steps, and a posterior by name.

    python benchmarks/flow_posteriors.py --posterior planar
    python benchmarks/flow_posteriors.py --posterior planar --samples 500
    python benchmarks/flow_posteriors.py --posterior planar --data static_mnist --steps 5000

784-300-300-12-300-300-784 with gated layers and a standard normal prior, after van den Berg et al., Sylvester
Normalizing Flows for Variational Inference (2018), table 1, whose networks are convolutional and have 64 latents: there
diagonal, planar, IAF and Sylvester posteriors follow each other in that order. Rows are binarized anew each time they
are seen, or once for all (`static_mnist`), where this network overfits. With twelve latents all are in use under every
posterior: otherwise posteriors differ by how many they use more than by how well they fit. Trained by SOAP. 50,000
training rows, 10,000 to choose the weights; the ELBO and the negative log-likelihood of test rows, drawn by a fixed
seed where `--rows` asks for some.
"""

from __future__ import annotations

import argparse

from quality import arguments, quality_run

POSTERIORS = {
    "diagonal": "DiagonalNormal()",
    "planar": "Planar(flows=16)",
    "iaf": "InverseAutoregressive(flows=4, hidden=(320,), context=64, pace=0.1)",
    "sylvester": "SylvesterTriangular(flows=16)",
}
BATCH, TRAIN_ROWS = 200, 50_000
NETWORK = [
    "--latent", "12", "--batch-size", str(BATCH),
    "--set", "network=mlp", "--set", "hidden=(300, 300)", "--set", "nonlinearity=gated",
    "--set", "optimizer=soap", "--set", "learning_rate=4e-3", "--set", "warmup=0.1",
    "--set", "round_steps=500",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posterior", choices=list(POSTERIORS), required=True)
    parser.add_argument("--data", choices=["mnist", "static_mnist"], default="mnist")
    parser.add_argument("--steps", type=int, default=6_000, help="optimizer steps, rounded to whole epochs")
    arguments(parser)
    options = parser.parse_args()
    epochs = max(1, round(options.steps * BATCH / TRAIN_ROWS))
    settings = [*NETWORK, "--epochs", str(epochs), "--set", f"posterior={POSTERIORS[options.posterior]}"]
    name = f"flow_posteriors_{options.data}_{options.steps}_{options.posterior}_seed{options.seed}"
    quality_run(name, options.data, settings, options)


if __name__ == "__main__":
    main()
