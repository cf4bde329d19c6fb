"""``lowerbound traverse``: one latent moved at a time."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Given, Label, MoreData, Output, Run

__all__ = ["traverse"]

Dims = Annotated[str | None, typer.Option(metavar="I,J,...", help="Which latents; all by default.")]
Steps = Annotated[int, typer.Option(metavar="N", min=2, help="Steps of a walk.")]
Span = Annotated[float, typer.Option(metavar="S", min=0, help="Walk from -S to S.")]
Row = Annotated[int | None, typer.Option(metavar="I", min=0, help="Start at this row of DATA instead of z = 0.")]


def traverse(
    run: Run,
    out: Output,
    data: MoreData = None,
    row: Row = None,
    dims: Dims = None,
    steps: Steps = 9,
    span: Span = 2.5,
    given: Given = None,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Write how rows change as one latent moves.

    A .png has a line of images for each latent; tables have the columns latent and value before
    those of the data; .npy and .npz hold an array (latents, steps, ...).

    For example::

        lowerbound traverse runs/digits -o latents.png
        lowerbound traverse runs/table other.csv --row 3 --dims 0,2 -o walk.csv
    """
    import math

    from lowerbound.cli.files import check_output, save_walk
    from lowerbound.cli.opening import open_run
    from lowerbound.cli.screen import Screen
    from lowerbound.cli.walking import start, which
    from lowerbound.errors import ConfigError

    if not math.isfinite(span):
        raise ConfigError(f"--span {span}: give a finite number, such as 2.5 standard deviations of the prior.")
    opened = open_run(run, device)
    check_output(out, opened.vae.schema_)
    screen = Screen()
    point = start(opened, data, label, row, given, screen)
    save_walk(out, opened.vae.traverse(steps, which(dims), span=span, **point), opened.vae.schema_, screen)
