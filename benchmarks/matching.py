"""Distance of codes to the prior against reconstruction error, and what a second stage does to both.

    python benchmarks/matching.py --recipe vae
    python benchmarks/matching.py --recipe wae-mmd --seed 1 --set weight=100
    python benchmarks/matching.py --recipe two-stage-vae

MNIST, 784-300-300-8-300-300-784 with gated layers, as many steps for each recipe; 50,000 training rows, 10,000 to
choose the weights. The official test rows are reconstructed and encoded, and as many rows are drawn. A second stage is
for continuous data: `two-stage-vae` sees grey levels, and its first stage alone stands beside it. Drawn rows are
compared with test rows by Frechet distance and MMD in the features of a small classifier that is trained on the labels
of the training rows, always the same one (FD-LeNet; it is not FID, and compares with no published number). Codes are
compared with the prior by KL(q(z) || p(z)), MMD and the squared sliced Wasserstein distance. `--steps` and `--samples`
make a rehearsal; `examples/matching_picture.py` draws what is kept.
"""

from __future__ import annotations

import argparse
import ast
import resource
from typing import Any

import torch
from harness import keep, table
from quality import cpu_seconds

import lowerbound as lb
from lowerbound.estimators.distances import sample_distances
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.fitting import fit
from lowerbound.metrics import Features, trained_features
from lowerbound.models import TwoStage
from lowerbound.runs import Settings

GREY = {"two-stage-vae"}
BATCH = 200
SETTINGS: dict[str, Any] = {
    "network": "mlp", "hidden": (300, 300), "nonlinearity": "gated", "batch_size": BATCH, "learning_rate": 1e-3,
    "round_steps": 1000,
}  # fmt: skip


def classifier(data: lb.data.Dataset, fitted: Fitted, epochs: int) -> Features:
    """Return the features of a classifier trained on the training rows, as the model sees them."""
    x, y = data.rows("train")
    rows = torch.cat([batch["x"].cpu() for batch in Fitted(fitted.model, fitted.schema, 0).batches(x, None)])
    return trained_features(rows, y, 0, name="MNIST", epochs=epochs)


def measured(fitted: Fitted, rows: torch.Tensor, features: Features, options: argparse.Namespace) -> dict[str, Any]:
    """Return the error of reconstructions, and the distances of drawn rows and of codes."""
    found = sample_distances(
        fitted, rows, None, samples=options.samples, mean=options.recipe in GREY, features=features, seed=options.seed
    )
    seen = torch.cat([batch["x"].cpu().flatten(1) for batch in fitted.batches(rows, None)]).double()
    gap = next(gap for gap in found.gaps if gap.name == "z")
    numbers = {
        "unexplained": float(fitted.squared_error(rows).mean() / seen.var(0).mean()), "kl": gap.kl.value,
        "mutual_information": gap.mutual_information.value, "code_mmd": gap.mmd.value, "code_p": gap.mmd.p_value,
        "code_sliced": gap.sliced.value, "code_sliced_error": gap.sliced.error,
    }  # fmt: skip
    for side, versus in (("", found.model), ("data_", found.data)):
        for name in ("frechet", "mmd", "energy", "kernel", "precision", "recall", "density", "coverage", "classifier"):
            numbers[side + name] = getattr(versus, name).value
            numbers[f"{side}{name}_error"] = getattr(versus, name).error
    return {key: value if value == value else None for key, value in numbers.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="vae")
    parser.add_argument("--latent", type=int, default=8)
    parser.add_argument("--steps", type=int, default=15_000, help="optimizer steps, rounded to whole epochs")
    parser.add_argument("--samples", type=int, default=2500, help="drawn rows, and test rows beside them")
    parser.add_argument("--classifier-epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting")
    parser.add_argument("--name", help="of the kept result  [default: RECIPE]")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = lb.data.open_data("mnist", binarize=None if options.recipe in GREY else "dynamic").split(seed=options.seed)
    epochs = max(1, round(options.steps * BATCH / len(data.rows("train")[0])))
    other = {key: value_of(value) for key, _, value in (pair.partition("=") for pair in options.set)}
    settings = Settings.make(
        **{**SETTINGS, **other}, recipe=options.recipe, latent=options.latent, epochs=epochs, seed=options.seed
    )
    before = cpu_seconds(resource.RUSAGE_SELF)
    found = fit(data, settings)
    spent = cpu_seconds(resource.RUSAGE_SELF) - before
    rows = data.rows("test")[0]
    assert isinstance(rows, torch.Tensor)
    features = classifier(data, found.fitted, options.classifier_epochs)
    stages = {"": found.fitted}
    if isinstance(found.fitted.model, TwoStage):
        stages = {", first stage": Fitted(found.fitted.model.first, found.fitted.schema, options.seed), **stages}
    results = {options.recipe + stage: measured(fitted, rows, features, options) for stage, fitted in stages.items()}
    kept = {
        "seed": options.seed, "latent": options.latent, "steps": found.outcome.step, "training_cpu_seconds": spent,
        "objective": repr(found.plan.objective), "features": features.name, "results": results,
    }  # fmt: skip
    keep(f"matching_{options.name or options.recipe}_seed{options.seed}", kept)
    columns = ["unexplained", "kl", "code_mmd", "code_sliced", "frechet", "data_frechet", "mmd", "data_mmd"]
    shown = [[n, *("-" if r[c] is None else f"{r[c]:.4g}" for c in columns)] for n, r in results.items()]
    print(table(["recipe", *columns], shown))


def value_of(text: str) -> Any:
    """Return a setting's value: a literal, or text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


if __name__ == "__main__":
    main()
