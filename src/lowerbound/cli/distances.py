"""``lowerbound distances``: how far rows drawn from the model are from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lowerbound.cli.options import Device, Json, Label, MoreData, Run, Split
from lowerbound.errors import ConfigError, nearest

if TYPE_CHECKING:
    from lowerbound.cli.opening import OpenRun
    from lowerbound.cli.screen import Screen
    from lowerbound.metrics import Features

__all__ = ["distances"]

FEATURES = ("pixels", "classifier")

Samples = Annotated[int, typer.Option("--samples", metavar="N", min=20, help="Most rows of a set.")]
By = Annotated[
    str, typer.Option("--features", metavar="NAME", help="pixels, or classifier: trained on the run's labelled rows.")
]
Mean = Annotated[bool, typer.Option("--mean", help="Compare means of p(x | z) at drawn z, not drawn values.")]
Permutations = Annotated[int, typer.Option(metavar="R", min=19, help="Labellings of a permutation test.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Of the draws, the tests and the classifier.")]


def distances(
    run: Run,
    data: MoreData = None,
    samples: Samples = 1000,
    features: By = "pixels",
    mean: Mean = False,
    permutations: Permutations = 199,
    seed: Seed = 0,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Say how far drawn rows are from the data.

    Tests with p-values, Frechet distance, precision, recall, density and coverage of rows drawn from the model against
    one half of the rows, and beside them the other half of the rows against it: the best there is. Then how far the
    codes are from the prior. It needs no likelihood. By default on the run's own test rows.

    For example::

        lowerbound distances runs/digits
        lowerbound distances runs/digits --features classifier --json
    """
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.results import show_distances
    from lowerbound.cli.screen import Screen
    from lowerbound.estimators.distances import sample_distances

    if features not in FEATURES:
        raise ConfigError(f"--features {features!r}: there is no such choice. {nearest(features, FEATURES)}")
    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    fitted = opened.vae.fitted_
    chosen = _classifier(opened, screen, seed) if features == "classifier" else None
    with screen.counting("Comparing", 3) as count:
        found = sample_distances(
            fitted, selection.rows.x, selection.rows.condition() if fitted.conditional else None, samples=samples,
            mean=mean, features=chosen, permutations=permutations, seed=seed, advance=count.advance,
        )  # fmt: skip
    if as_json:
        screen.json(found.to_json())
    else:
        show_distances(screen, found, f"{opened.name}: {found.rows:,} drawn rows, {selection}")


def _classifier(opened: OpenRun, screen: Screen, seed: int) -> Features:
    """Train a classifier on the training rows of the run, as the model sees them."""
    import torch

    from lowerbound.cli.opening import own_data
    from lowerbound.metrics import trained_features

    dataset = own_data(opened.config, screen)
    x, y = dataset.rows("train")
    if y is None or dataset.schema.classes is None or dataset.schema.kind != "image":
        raise ConfigError("--features classifier takes a run on labelled images: use --features pixels.")
    labels = y if isinstance(y, torch.Tensor) else y.read(0, len(y))
    rows = torch.cat([batch["x"].cpu() for batch in opened.vae.fitted_.batches(x, dataset.condition("train"))])
    return trained_features(rows, labels, seed, name=dataset.name)
