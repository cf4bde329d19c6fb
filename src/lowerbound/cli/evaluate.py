"""``lowerbound evaluate``: the numbers on held-out rows."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Json, Label, MoreData, Proposal, Run, Split

__all__ = ["evaluate"]

Samples = Annotated[int, typer.Option(metavar="S", min=1, help="Importance samples a row.")]


def evaluate(
    run: Run,
    data: MoreData = None,
    split: Split = None,
    samples: Samples = 5000,
    proposal: Proposal = "encoder",
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Compute ELBO, rate, distortion and log p(x), with their errors.

    By default these are the run's own test rows, and the numbers are kept in its evaluation.json.
    Of other DATA it is all rows, or the test rows where it has an official split.

    For example::

        lowerbound evaluate runs/digits --samples 20000
        lowerbound evaluate runs/digits --proposal adapted
        lowerbound evaluate runs/table other.csv --json
    """
    from lowerbound.cli.conclusion import evaluated, kept
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.results import show_evaluation
    from lowerbound.cli.screen import Screen

    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    numbers = evaluated(opened, selection.dataset, selection.split, samples, screen, proposal).to_json()
    if as_json:
        screen.json(numbers)
    else:
        show_evaluation(screen, numbers, f"{opened.name} on {selection}")
    kept(opened, selection, "evaluation", numbers, screen)
