"""Rows made from attributes: how well a VAE, a VAE/GAN and a GAN of equal size keep to them.

    python benchmarks/attributes.py --model vae
    python benchmarks/attributes.py --model vae-gan --seed 1
    python benchmarks/attributes.py --model vae-gan --weight 1 --beta 0.05
    python benchmarks/attributes.py --model gan

After section 4.2 of Larsen et al. (2016), on MNIST in grey levels. The attributes are those of the picture itself: its
digit, its slant (the shear of its second moments) and its thickness (twice its ink over its outline), the last two in
standard deviations of the training rows. Encoder, decoder, prior and critic see them. One network and as many steps for
all three: the VAE is `cvae` under a normal likelihood with its best variance and means within the range of the levels,
the VAE/GAN is `cvae-gan`, and the GAN is the same without similarity (`weight=0`), so that its decoder follows the
critic alone. `--weight` is that of the similarity in the VAE/GAN's decoder, `--beta` that of the rate: recipes' own are
a weight of 3, and 0.2 of the rate in the VAE/GAN and 1 in the VAE.

From the attributes of each of the 10,000 official test rows one row is made, the mean of p(x | z, c) at a draw of
p(z | c), and measured in turn: slant and thickness from the picture, the digit by a small classifier trained on the
training rows. Shown: the share of wrong digits, root mean squared errors of slant and thickness, the mean squared error
and the mean cosine of the whole vector (ten probabilities and two numbers), and the Frechet distance to the test rows
in the features of that classifier (it is not FID). The same of the 10,000 validation rows, which train nothing here, is
kept to choose weights by. `test rows` is what the measures say of the rows themselves.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from harness import keep, table
from quality import spent
from sklearn.linear_model import LogisticRegression
from torch import Tensor

import lowerbound as lb
from lowerbound.estimators.fitting import fit
from lowerbound.metrics import Features, frechet_distance, trained_features
from lowerbound.runs import Settings

BATCH, DIGITS = 128, 10
MODELS: dict[str, dict[str, Any]] = {
    "vae": {"recipe": "cvae", "likelihood": "Normal(bounds=(0, 255))", "variance": "optimal"},
    "vae-gan": {"recipe": "cvae-gan"},
    "gan": {"recipe": "cvae-gan", "weight": 0.0},
}
SHARED: dict[str, Any] = {
    "latent": 16, "network": "mlp", "hidden": (400, 400), "batch_size": BATCH, "learning_rate": 5e-4,
    "valid_fraction": 0.0,
}  # fmt: skip


@dataclass
class Measure:
    """What is read off a picture."""

    features: Features
    digits: LogisticRegression
    centre: Tensor
    spread: Tensor

    def vectors(self, x: Tensor) -> Tensor:
        """Return the probabilities of the digits, and slant and thickness in standard deviations: ``(n, 12)``."""
        probabilities = torch.as_tensor(self.digits.predict_proba(self.features(x).numpy())).float()
        return torch.cat([probabilities, (strokes(x) - self.centre) / self.spread], 1)


def strokes(x: Tensor) -> Tensor:
    """Return slant and thickness (pixels) of pictures ``(n, 1, 28, 28)`` of levels 0 to 255: ``(n, 2)``."""
    ink = x[:, 0].double() / 255
    total = ink.sum((1, 2)).clamp(min=1e-6)
    down, across = torch.meshgrid(*(torch.arange(n, dtype=ink.dtype) for n in ink.shape[1:]), indexing="ij")
    above = down - ((ink * down).sum((1, 2)) / total)[:, None, None]
    beside = across - ((ink * across).sum((1, 2)) / total)[:, None, None]
    slant = -(ink * above * beside).sum((1, 2)) / (ink * above.square()).sum((1, 2)).clamp(min=1e-6)
    outline = ink.diff(dim=1).abs().sum((1, 2)) + ink.diff(dim=2).abs().sum((1, 2))
    return torch.stack([slant, 4 * total / outline.clamp(min=1e-6)], 1).float()


def found(measure: Measure, made: Tensor, asked: Tensor, rows: Tensor) -> dict[str, float]:
    """Return how far the attributes of rows are from those asked for, and their distance to the test rows."""
    said = measure.vectors(made)
    error, wrong = said - asked, said[:, :DIGITS].argmax(1) != asked[:, :DIGITS].argmax(1)
    distance = frechet_distance(made, rows, measure.features)
    return {
        "wrong_digits": float(wrong.float().mean()),
        "slant": float(error[:, DIGITS].square().mean().sqrt()),
        "thickness": float(error[:, DIGITS + 1].square().mean().sqrt()),
        "squared_error": float(error.square().mean()),
        "cosine": float(torch.cosine_similarity(said, asked, 1).mean()),
        "frechet": distance.value, "frechet_error": distance.error,
    }  # fmt: skip


def labelled(data: lb.data.Dataset, part: str) -> tuple[Tensor, Tensor]:
    """Return the rows and labels of a part."""
    x, y = data.rows(part)
    assert isinstance(x, Tensor)
    assert y is not None
    return x, y


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(MODELS), default="vae")
    parser.add_argument("--steps", type=int, default=8000, help="optimizer steps, rounded to whole epochs")
    parser.add_argument("--weight", type=float, help="of the similarity in the VAE/GAN's decoder")
    parser.add_argument("--beta", type=float, help="weight of the rate, in the VAE's loss or the VAE/GAN's encoder")
    parser.add_argument("--classifier-epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chosen = {k: getattr(options, k) for k in ("weight", "beta") if getattr(options, k) is not None}
    if options.model == "gan" and chosen or options.model == "vae" and "weight" in chosen:
        parser.error("--weight is the VAE/GAN's, and --beta that of models with an encoder")
    torch.set_num_threads(1)
    data = lb.data.open_data("mnist", binarize=None).split(seed=0)
    x, y = labelled(data, "train")
    features = trained_features(x, y, 0, name="MNIST", epochs=options.classifier_epochs)
    measure = Measure(
        features, LogisticRegression(max_iter=1000).fit(features(x[:10_000]).numpy(), y[:10_000].numpy()),
        strokes(x).mean(0), strokes(x).std(0),
    )  # fmt: skip

    def attributes(pictures: Tensor, digits: Tensor) -> Tensor:
        one_hot = torch.nn.functional.one_hot(digits.long(), DIGITS).float()
        return torch.cat([one_hot, (strokes(pictures) - measure.centre) / measure.spread], 1)

    given = lb.data.from_arrays(x.numpy(), np.asarray(attributes(x, y)), image="CHW").split(valid=0.0, test=0.0)
    epochs = max(1, round(options.steps * BATCH / len(x)))
    name = ", ".join([options.model, *(f"{k} {v:g}" for k, v in chosen.items())])
    before = spent()
    done = fit(given, Settings.make(**SHARED, **MODELS[options.model], **chosen, epochs=epochs, seed=options.seed))
    training = spent() - before
    results: dict[str, dict[str, dict[str, float]]] = {}
    for part in ("valid", "test"):
        rows, labels = labelled(data, part)
        asked = attributes(rows, labels)
        made = done.fitted.sample(len(rows), asked, options.seed, mean=True).clamp(0, 255)
        results[part] = {name: found(measure, made, asked, rows), f"{part} rows": found(measure, rows, asked, rows)}
    suffix = "".join(f"_{k}{v:g}" for k, v in chosen.items())
    keep(f"attributes_{options.model}{suffix}_seed{options.seed}", {
        "seed": options.seed, "steps": done.outcome.step, "training_cpu_seconds": round(training, 1),
        "objective": repr(done.plan.objective), "features": features.name,
        "results": results["test"], "valid": results["valid"],
    })  # fmt: skip
    columns = ["wrong_digits", "slant", "thickness", "squared_error", "cosine", "frechet"]
    lines = [[name, *(f"{r[c]:.4g}" for c in columns)] for part in results.values() for name, r in part.items()]
    print(table(["", *columns], lines))


if __name__ == "__main__":
    main()
