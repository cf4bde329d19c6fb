"""Open a run, its own data, and other data as its model sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lowerbound.cli.origin import Origin
from lowerbound.errors import ConfigError, DataError, UnknownNameError, nearest

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen
    from lowerbound.data import Dataset
    from lowerbound.estimators import VAE
    from lowerbound.runs import RunFolder, Settings

__all__ = ["OpenRun", "Selection", "cut", "held_out", "open_run", "own_data", "read_run", "select", "settings_of"]


@dataclass(frozen=True)
class OpenRun:
    """A run whose model is loaded.

    Parameters
    ----------
    folder : RunFolder
    config : mapping
        ``config.json``.
    vae : VAE
    """

    folder: RunFolder
    config: Mapping[str, Any]
    vae: VAE

    @property
    def name(self) -> str:
        """As the user wrote it."""
        return str(self.folder.path)


@dataclass(frozen=True)
class Selection:
    """Rows that a question is about.

    Parameters
    ----------
    rows : Dataset
        These rows only.
    split : str
        Which they are: train, valid, test or all.
    dataset : Dataset
        Where they were taken from, with its splits.
    own : bool
        Whether that is the data of the run.
    """

    rows: Dataset
    split: str
    dataset: Dataset
    own: bool

    def __str__(self) -> str:
        split = "" if self.split == "all" else {"valid": "validation "}.get(self.split, f"{self.split} ")
        return f"{len(self.rows):,} {split}rows of {self.dataset.name}"


def read_run(path: Path) -> tuple[RunFolder, dict[str, Any]]:
    """Return a run's folder and its configuration.

    Raises
    ------
    ConfigError
        When there is no run; the message names the nearest.
    """
    from lowerbound.runs import RunFolder

    if (path / "config.json").is_file():
        return RunFolder(path), RunFolder(path).read_config()
    if path.is_dir():
        raise ConfigError(f'{path} is not a run: it has no config.json. Make one: lowerbound fit DATA --out "{path}".')
    beside = [str(p.parent) for p in path.parent.glob("*/config.json")] if path.parent.is_dir() else []
    raise ConfigError(
        f"There is no run {path}. " + (nearest(str(path), beside) if beside else "Make one: lowerbound fit.")
    )


def open_run(path: Path, device: str = "auto") -> OpenRun:
    """Load the model of a run."""
    from lowerbound.estimators import load

    folder, config = read_run(path)
    return OpenRun(folder, config, load(path, device=device))


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Return the settings that a run was started with."""
    from lowerbound.errors import CorruptRunError
    from lowerbound.runs import Settings

    try:
        return Settings.make(**config["settings"])
    except (ConfigError, TypeError) as error:
        raise CorruptRunError(f"config.json holds settings that are none: {error}") from error


def own_data(config: Mapping[str, Any], screen: Screen, moved: str | None = None) -> Dataset:
    """Open the data of a run, split as it was; ``moved`` is where it lies now."""
    origin = Origin.from_json(config["data"].get("open") or {})
    if moved is not None:
        origin = replace(origin, what=moved)
    return _split(origin.open(screen), config)


def _split(dataset: Dataset, config: Mapping[str, Any]) -> Dataset:
    train = settings_of(config).train
    return dataset.split(valid=train.valid_fraction, test=train.test_fraction, seed=train.seed)


def held_out(dataset: Dataset) -> str:
    """Return the best split to judge a model by: rows that it never saw, if there are any."""
    splits = dataset.splits or {}
    return next((name for name in ("test", "valid", "train") if name in splits and len(dataset.rows(name)[0])), "all")


def select(
    run: OpenRun,
    what: str | None,
    label: Sequence[str] | None,
    split: str | None,
    screen: Screen,
    *,
    held: bool = False,
) -> Selection:
    """Return the rows that a command is about, as the model of the run sees them.

    Parameters
    ----------
    run
        Whose data it is unless told.
    what, label
        Other data, and its columns of labels (those of the run unless told).
    split
        Which rows; by default all of them.
    screen
        For progress.
    held
        Take held-out rows by default, where there are some.
    """
    from lowerbound.cli.matching import match

    dataset = own_data(run.config, screen) if what is None else _other(run, what, label, screen)
    own = what is None or _is_own(dataset, run)
    dataset = (
        _split(dataset, run.config) if own else match(dataset, run.vae.schema_, labels=run.vae.fitted_.conditional)
    )
    chosen = split or (held_out(dataset) if held and (own or "test" in (dataset.splits or {})) else "all")
    x, y = dataset.rows(chosen)
    if not len(x):
        raise DataError(f"{dataset.name} has no {chosen} rows: use --split {held_out(dataset)}.")
    rows = replace(dataset, x=x, y=y, splits=None, factors=dataset.factors_of(chosen))
    return Selection(rows, chosen, dataset, own)


def _other(run: OpenRun, what: str, label: Sequence[str] | None, screen: Screen) -> Dataset:
    """Open other data; without the run's label column where it has none and none is needed."""
    recorded = run.config["data"].get("open") or {}
    origin = Origin.given(what, label, None, None)
    origin = replace(origin, options=_reading(Path(origin.what), run))
    if label or Path(what).suffix in ("", ".npy", ".npz"):
        return origin.open(screen)
    labelled = replace(origin, label=recorded.get("label"))
    try:
        return labelled.open(screen)
    except UnknownNameError:
        if run.vae.fitted_.conditional:
            raise
        return origin.open(screen)


def _reading(path: Path, run: OpenRun) -> dict[str, Any]:
    """Return how other data is read as the run's own was: with names on top, or in colour."""
    from lowerbound.data.sources.opening import is_text
    from lowerbound.data.sources.streamed import shard_files

    own = run.vae.schema_
    if path.is_absolute() and path.is_dir() and not shard_files(path):
        return {"coloured": own.kind == "image" and own.shape[0] == 3}
    said = (run.config["data"].get("open") or {}).get("options") or {}
    return {"header": said["header"]} if "header" in said and is_text(path) else {}


def _is_own(dataset: Dataset, run: OpenRun) -> bool:
    """Whether these are the rows of the run, from wherever they came."""
    from lowerbound.estimators.bookkeeping import fingerprint

    own = run.vae.schema_
    # A likelihood or recipe may take the same rows as of another support.
    if replace(dataset.schema, support=own.support, levels=own.levels, binarize=own.binarize) != own:
        return False
    return fingerprint(_split(dataset, run.config)) == run.config["data"].get("fingerprint")


def cut(dataset: Dataset, start: int, stop: int) -> Dataset:
    """Return a stretch of rows in memory."""
    from torch import Tensor

    def part(rows: Any) -> Any:
        return rows[start:stop] if isinstance(rows, Tensor) else rows.read(start, min(stop, len(dataset)))

    y = None if dataset.y is None else part(dataset.y)
    factors = None if dataset.factors is None else dataset.factors[start:stop]
    return replace(dataset, x=part(dataset.x), y=y, splits=None, factors=factors)
