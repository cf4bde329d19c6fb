"""``lowerbound fit``: the whole job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowerbound.cli.options import Data, DataDir, DataOption, Label, MaxTime, NoReport, Quiet, Samples, TensorBoard

__all__ = ["fit"]

Out = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="RUN", help="Run folder.  [default: runs/DATA-RECIPE]")
]
Recipe = Annotated[str | None, typer.Option(metavar="NAME", help="Published variant; see lowerbound recipes.")]
Latent = Annotated[int | None, typer.Option(metavar="D", help="Number of latent dimensions.")]
Epochs = Annotated[int | None, typer.Option(metavar="N", help="Passes over the training rows, at most.")]
BatchSize = Annotated[int | None, typer.Option(metavar="N", help="Rows a step.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Of split, weights, order and noise.  [default: 0]")]
StartFrom = Annotated[str | None, typer.Option(metavar="RUN", help="Begin with the weights of that run.")]
Device = Annotated[str | None, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:1, ...")]
Precision = Annotated[str | None, typer.Option(metavar="NAME", help="auto, float32 or bfloat16 layers.")]
Valid = Annotated[float | None, typer.Option(metavar="F", help="Rows that choose the weights.  [default: 0.1]")]
Test = Annotated[float | None, typer.Option(metavar="F", help="Rows kept for the evaluation.  [default: 0.1]")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting of lowerbound recipes --settings. Repeatable."),
]
Config = Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Settings from a file.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the run that the folder holds.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and stop.")]


def fit(
    data: Data,
    out: Out = None,
    recipe: Recipe = None,
    latent: Latent = None,
    label: Label = None,
    epochs: Epochs = None,
    max_time: MaxTime = None,
    batch_size: BatchSize = None,
    seed: Seed = None,
    start_from: StartFrom = None,
    device: Device = None,
    precision: Precision = None,
    data_dir: DataDir = None,
    data_option: DataOption = None,
    valid_fraction: Valid = None,
    test_fraction: Test = None,
    settings: Set = None,
    config: Config = None,
    nll_samples: Samples = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    no_report: NoReport = False,
    tensorboard: TensorBoard = False,
    quiet: Quiet = False,
) -> None:
    """Train a model, evaluate and diagnose it, and write a report.

    DATA is split into rows for training, for choosing the weights and for testing, unless it comes
    with an official split. Options win over ``--set``, which wins over ``--config``.

    For example::

        lowerbound fit digits --out runs/digits
        lowerbound fit table.csv --label species --recipe cvae --latent 4
        lowerbound fit mnist --max-time 30m --set "beta=Linear(0, 1, 5000)"
        lowerbound fit photos/ --epochs 50 --dry-run
        lowerbound fit mnist --start-from runs/mnist-vae --set "objective=IWAE(50)"
    """
    from lowerbound.cli.given import chosen_settings, default_folder, seconds
    from lowerbound.cli.job import Job
    from lowerbound.cli.origin import Origin

    flags = dict(
        recipe=recipe, latent=latent, epochs=epochs, max_time=seconds(max_time), batch_size=batch_size, seed=seed,
        start_from=start_from, device=device, precision=precision, valid_fraction=valid_fraction,
        test_fraction=test_fraction,
    )  # fmt: skip
    chosen = chosen_settings(flags, settings, config)
    origin = Origin.given(data, label, data_dir, data_option)
    job = Job(out or default_folder(data, chosen.recipe), nll_samples, not no_report, tensorboard, quiet)
    job.start(origin, chosen, overwrite=overwrite, dry_run=dry_run)
