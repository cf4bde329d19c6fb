"""``lowerbound resume``: go on where a run was stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import MaxTime, NoReport, Quiet, Run, Samples, TensorBoard
from lowerbound.errors import ConfigError

__all__ = ["resume"]

Epochs = Annotated[int | None, typer.Option(hidden=True)]
Set = Annotated[list[str] | None, typer.Option("--set", hidden=True)]
Moved = Annotated[
    str | None, typer.Option("--data", metavar="DATA", help="Where the data is now, if it is not where it was.")
]


def resume(
    run: Run,
    max_time: MaxTime = None,
    data: Moved = None,
    nll_samples: Samples = None,
    no_report: NoReport = False,
    tensorboard: TensorBoard = False,
    quiet: Quiet = False,
    epochs: Epochs = None,
    settings: Set = None,
) -> None:
    """Continue a run that was stopped.

    The result is the one that it would have had. The data is opened again and must be the same. A time
    limit counts anew. What is left of evaluation, diagnosis and report is done too.

    For example::

        lowerbound resume runs/digits
        lowerbound resume runs/mnist --max-time 1h
    """
    from lowerbound.cli.given import seconds
    from lowerbound.cli.job import Job

    if epochs is not None or settings:
        raise ConfigError(
            "A resumed run keeps its settings, or it would be another run; only --max-time can change. "
            "Start another with lowerbound fit."
        )
    Job(run, nll_samples, not no_report, tensorboard, quiet).resume(max_time=seconds(max_time), data=data)
