"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from lowerbound.errors import ConfigError

__all__ = [
    "Data",
    "DataDir",
    "DataOption",
    "Device",
    "Given",
    "Json",
    "Label",
    "MaxTime",
    "MoreData",
    "NoReport",
    "Output",
    "Proposal",
    "Quiet",
    "Run",
    "Samples",
    "Split",
    "TableOutput",
    "TensorBoard",
    "pairs",
]

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="Name of a data set, a .npy, .npz, .csv or .parquet file, or a folder of images.",
        show_default=False,
    ),
]
MoreData = Annotated[
    str | None,
    typer.Argument(
        metavar="[DATA]",
        help="Other data than the run's own: a name, a file or a folder as for fit.",
        show_default=False,
    ),
]
Output = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="FILE", help="File to write: .npy, .npz, .csv, .parquet, or .png for images."),
]
TableOutput = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .npy, .npz, .csv or .parquet.")
]
Split = Annotated[
    str | None, typer.Option(metavar="NAME", help="Which rows: train, valid, test or all.", show_default=False)
]
Label = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column of labels; several columns are covariates. Repeatable."),
]
DataDir = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder that holds public data sets already.")]
DataOption = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="How to read the data, such as image=(8,8) or binarize=None. Repeatable."),
]
Device = Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:1, ...")]
Given = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="What a conditional model is conditioned on. Repeatable."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Proposal = Annotated[
    Literal["encoder", "adapted"],
    typer.Option(help="Where importance samples are from: adapted to each row is nearer to log p(x), and slower."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]

MaxTime = Annotated[str | None, typer.Option(metavar="T", help="Stop after 90s, 15m or 2h, and evaluate.")]
Samples = Annotated[
    int | None, typer.Option(metavar="S", min=1, help="Importance samples a test row.  [default: up to 1000]")
]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write no report.html.")]
TensorBoard = Annotated[bool, typer.Option("--tensorboard", help="Write TensorBoard scalars too.")]


def pairs(option: str, values: Sequence[str] | None) -> list[str]:
    """Return what was given to a repeatable ``NAME=VALUE`` option, checked to be of that form.

    Raises
    ------
    ConfigError
        For a value without ``=``.

    Examples
    --------
    >>> pairs("--given", ["age=0.3"])
    ['age=0.3']
    """
    for value in values or ():
        if "=" not in value.strip("= "):
            raise ConfigError(f"{option} {value!r}: write NAME=VALUE.")
    return list(values or ())
