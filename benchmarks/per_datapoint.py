"""What posteriors of their own would gain: 1,000 MNIST test images, each refined by gradients from the encoder's.

    python benchmarks/per_datapoint.py --run RUN

The claims: the ELBO of the images rises by at least 0.5 nats on average, and falls on none. The gaps are split
into what the encoder loses (amortisation) and what the family of posteriors loses (approximation).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from harness import keep, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="a trained run on MNIST, of one latent variable")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--rate", type=float, default=0.03)
    parser.add_argument("--samples", type=int, default=1000, help="draws on which ELBOs are measured")
    options = parser.parse_args()
    import torch

    import lowerbound as lb

    vae = lb.load(options.run)
    rows = torch.as_tensor(lb.data.datasets.mnist().rows("test")[0])[: options.rows]
    began = time.process_time()
    gaps = lb.metrics.inference_gaps(
        vae.fitted_.model, vae.fitted_.batches(rows, None, 125), steps=options.steps, rate=options.rate,
        samples=options.samples, seed=vae.fitted_.seed,
    )  # fmt: skip
    cpu = time.process_time() - began
    found = gaps.summary()
    names = {
        "elbo": "ELBO, encoder", "refined_elbo": "ELBO, refined", "log_likelihood": "log p(x)",
        "amortisation_gap": "amortisation gap", "approximation_gap": "approximation gap",
    }  # fmt: skip
    print(table(["", "nats per row"], [[v, f"{found[k]:.3f} ± {found[f'{k}_error']:.3f}"] for k, v in names.items()]))
    lowered = int((gaps.amortisation < 0).sum())
    least, most = float(gaps.amortisation.min()), float(gaps.amortisation.max())
    print(f"\n{lowered} of {len(rows):,} rows lost; gains from {least:.3f} to {most:.2f} nats; {cpu:.0f} CPU s")
    settings = {name: getattr(options, name) for name in ("rows", "steps", "rate", "samples")}
    keep("per_datapoint", {**found, "lowered": lowered, "least": least, "most": most, "cpu": cpu, **settings})


if __name__ == "__main__":
    main()
