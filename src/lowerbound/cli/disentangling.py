"""Runs measured against known factors of their data, and against each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.cli.opening import OpenRun, Selection, select
from lowerbound.core.storage import write_bytes, write_json
from lowerbound.data import Dataset, Factors, datasets, read_factors
from lowerbound.errors import ConfigError, DataError, UnknownNameError, nearest
from lowerbound.metrics import Disentanglement, disentanglement, unsupervised_disentanglement_ranking

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen

__all__ = ["Measured", "check_file", "measure", "save", "show"]

EXTENSIONS = (".csv", ".json")
BINS, TOLERATED = 20, 0.1
"""Bins of the histograms, and the bias in nats that needs no word."""
WORDS = {
    "beta_vae_score": ("beta-VAE", "held factor told by a linear classifier"),
    "factor_vae_score": ("FactorVAE", "held factor told by the latent that varies least"),
    "mutual_information_gap": ("MIG", "gap between the two best latents of a factor"),
    "disentanglement": ("DCI disentanglement", "a latent serves one factor"),
    "completeness": ("DCI completeness", "a factor needs one latent"),
    "informativeness": ("DCI informativeness", "factors can be told from the code"),
    "sap": ("SAP", "gap in accuracy between the two best latents"),
    "irs": ("IRS", "a latent stays while its factor is held"),
    "modularity": ("modularity", "a latent tells of one factor"),
    "explicitness": ("explicitness", "values can be told by a line"),
    "ranking": ("UDR", "the other runs found the same latents"),
}


@dataclass(frozen=True)
class Measured:
    """The numbers of one run.

    Parameters
    ----------
    run : str
    about : str
        Which rows.
    rows, seed : int
    names : tuple of str
        Of the factors.
    bias : float
        What a histogram adds to the information about the largest factor, nats, about.
    numbers : Disentanglement
    ranking : float, optional
        How well the latents agree with those of the other runs.
    """

    run: str
    about: str
    rows: int
    seed: int
    names: tuple[str, ...]
    bias: float
    numbers: Disentanglement
    ranking: float | None = None

    def summary(self) -> dict[str, float]:
        """Return the numbers by name."""
        return self.numbers.summary() | ({} if self.ranking is None else {"ranking": self.ranking})

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        about = {"run": self.run, "data": self.about, "rows": self.rows, "seed": self.seed, "factors": list(self.names)}
        return {**about, **self.summary(), "information": self.numbers.information.tolist()}


def check_file(path: Path) -> None:
    """Refuse a file that the numbers cannot be written as.

    Raises
    ------
    UnknownNameError
        For an unknown extension.
    """
    if path.suffix not in EXTENSIONS:
        known = nearest(path.suffix, EXTENSIONS)
        raise UnknownNameError(f"Cannot write {path.name}: the extension says the format. {known}")


def measure(
    runs: Sequence[OpenRun],
    data: str | None,
    names: Sequence[str] | None,
    screen: Screen,
    *,
    rows: int,
    seed: int,
    split: str | None,
    label: Sequence[str] | None,
    advance: Callable[[int], None],
) -> list[Measured]:
    """Measure each run on the same rows.

    Parameters
    ----------
    runs
        With their models.
    data, label, split
        As for :func:`lowerbound.cli.opening.select`; all rows by default.
    names
        Of the factors; all of them by default.
    screen
        For progress of a download.
    rows, seed
        How many rows, drawn by which seed.
    advance
        Called after every run.

    Raises
    ------
    ConfigError
        When the runs have different data and none was named.
    DataError
        When the factors of the data are not known.
    """
    codes, found = [], []
    first: Tensor | None = None
    for run in runs:
        selection = select(run, data, label, split or "all", screen)
        values = _factors(selection, run, data, names)
        index = torch.randperm(len(values), generator=torch.Generator().manual_seed(seed))[:rows].sort().values
        x, c = _taken(selection, run, index)
        if first is not None and not torch.equal(first, x):
            raise ConfigError(f"{run.name} has other rows than {runs[0].name}: name the data of all runs by --data.")
        first = x
        codes.append(run.vae.fitted_.encode(x, c).numpy())
        numbers = disentanglement(codes[-1], values[index].values, seed=seed)
        bias = (BINS - 1) * (max(values.sizes) - 1) / (2 * len(x))
        found.append(Measured(run.name, str(selection), len(x), seed, values.names, bias, numbers))
        advance(1)
    if len(runs) == 1:
        return found
    ranking = unsupervised_disentanglement_ranking(codes)
    return [replace(entry, ranking=float(value)) for entry, value in zip(found, ranking, strict=True)]


def _taken(selection: Selection, run: OpenRun, index: Tensor) -> tuple[Tensor, Tensor | None]:
    x = selection.rows.x
    c = selection.rows.condition() if run.vae.fitted_.conditional else None
    if not isinstance(x, Tensor) or not (c is None or isinstance(c, Tensor)):
        raise DataError(f"{selection.dataset.name} stays on disk: factors are measured on data that fits into memory.")
    return x[index], None if c is None else c[index]


def _factors(selection: Selection, run: OpenRun, data: str | None, names: Sequence[str] | None) -> Factors:
    """Find the factors of these rows: the data set's own, or columns of its file."""
    known = selection.rows.factors
    if known is not None:
        return known if names is None else known.only(names)
    what = data or (run.config["data"].get("open") or {}).get("what")
    if names is None or not isinstance(what, str) or what in datasets.names() or not os.path.isfile(what):
        having = "sprites has them, and a .csv or .npz file whose factor columns --factors A,B,... names"
        raise DataError(f"The factors of {selection.dataset.name} are not known: {having}.")
    return _of_split(selection.dataset, read_factors(what, names), selection.split)


def _of_split(dataset: Dataset, found: Factors, split: str) -> Factors:
    return replace(dataset, factors=found).factors_of(split) or found


def save(path: Path, found: Sequence[Measured]) -> None:
    """Write the numbers: a line a run, or JSON."""
    if path.suffix == ".json":
        write_json(path, {"runs": [entry.to_json() for entry in found]})
    else:
        head = ["run", *found[0].summary()]
        lines = [[entry.run, *(f"{value:.6g}" for value in entry.summary().values())] for entry in found]
        write_bytes(path, "".join(",".join(map(_quoted, line)) + "\n" for line in [head, *lines]).encode())


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if set(field) & set(',"\n') else field


def show(screen: Screen, found: Sequence[Measured]) -> None:
    """Print a column for each run, and for a single one which latent follows which factor."""
    several = len(found) > 1
    head = ("", *(entry.run for entry in found), "") if several else ("", "", "")
    lines = [
        (label, *(f"{entry.summary()[name]:.3f}" for entry in found), words)
        for name, (label, words) in WORDS.items()
        if name in found[0].summary()
    ]
    if found[0].bias > TOLERATED:
        screen.note(
            f"Note: {found[0].rows:,} rows are few: histograms add up to {found[0].bias:.1f} nats of information, "
            "and the other numbers are rough too. Use more rows.",
            style="yellow",
        )
    about = f"{found[0].rows:,} of {found[0].about}"
    title = about if several else f"{found[0].run}, {about}"
    screen.table(head, lines, right=set(range(1, len(found) + 1)), title=title)
    if several:
        return
    information = found[0].numbers.information
    second = np.sort(information, axis=0)[-2] if len(information) > 1 else np.zeros(information.shape[1])
    rows = [
        (name, f"z{index}", f"{share:.2f}", f"{next_best:.2f}")
        for name, (index, share), next_best in zip(found[0].names, found[0].numbers.best, second, strict=True)
    ]
    screen.table(("factor", "best latent", "tells, of 1", "the next"), rows, right={2, 3})
