"""One door for data: a name, a file, a folder, a frame or an array."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lowerbound.data import datasets
from lowerbound.data.coerce import is_frame
from lowerbound.data.dataset import Dataset
from lowerbound.data.download import Progress
from lowerbound.data.layout import Layout
from lowerbound.data.sources.arrays import from_arrays
from lowerbound.data.sources.csv import from_csv
from lowerbound.data.sources.frames import from_frame
from lowerbound.data.sources.images import from_images
from lowerbound.data.sources.npy import from_npy
from lowerbound.data.sources.npz import from_npz
from lowerbound.data.sources.parquet import from_parquet
from lowerbound.data.sources.streamed import from_shards, is_large, shard_files
from lowerbound.errors import DataError, UnknownNameError, nearest

__all__ = ["is_text", "open_data"]

SHARDS = (".npy", ".parquet")
TABLES = (".csv", ".tsv", ".txt")
READERS = "a data set name, .npy, .npz, .csv, .tsv, .parquet, a folder of images or of .npy or .parquet files"


def open_data(
    what: Any,
    *,
    label: Any = None,
    image: Layout | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    stream: bool | None = None,
    progress: Progress | None = None,
    **said: Any,
) -> Dataset:
    """Open data of any kind.

    Parameters
    ----------
    what : str, path, frame, array-like or Dataset
        The name of a public data set (a folder of that name is ``./name``); a .npy, .npz, .csv, .tsv or .parquet
        file (text may be gzipped); a folder of images, with class sub-folders or not, or of .npy or .parquet files;
        a pandas, polars or Arrow frame; an array, tensor or nested list. A `Dataset` is returned as it is.
    label : str, sequence of str or array-like, optional
        Name of the label column or array (several for covariates); for an array the labels themselves.
    image : tuple of int, "CHW" or "HWC", optional
        Size ``(C, H, W)`` of one image where rows are flat, or the order of the axes where it is ambiguous.
    data_dir : path, optional
        Folder with public data sets, see `lowerbound.data.files`.
    stream : bool, optional
        Whether .npy and .parquet files stay on disk; they do above 2 GiB unless told.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.
    **said
        ``support``, ``levels``, ``binarize`` of `infer_schema`; ``header`` of a text table; for a public data set, its
        own options.

    Raises
    ------
    DataError
        If there is no such file, or its content cannot be used.
    UnknownNameError
        If there is no such data set or label; the message names the nearest.

    Examples
    --------
    >>> open_data("digits").schema.shape
    (1, 8, 8)
    >>> open_data([[0.5, 1.0], [2.0, 3.0]], label=["a", "b"]).schema.classes
    ('a', 'b')
    """
    if isinstance(what, Dataset):
        return what
    if is_frame(what):
        return from_frame(what, label=label, image=image, **said)
    if not isinstance(what, (str, os.PathLike)):
        return from_arrays(what, label, image=image, **said)
    if isinstance(what, str) and what in datasets.names():
        return datasets.load(what, data_dir=data_dir, progress=progress, **said)
    path = Path(what)
    if not path.exists():
        raise _missing(os.fspath(what))
    if "header" in said and not is_text(path):
        raise DataError(f"header={said['header']!r} is said of text tables, and {path} is none: leave it out.")
    return (_open_folder if path.is_dir() else _open_file)(path, label, image, stream, said)


def _missing(what: str) -> DataError:
    if Path(what).suffix or os.sep in what:
        return DataError(f"{what} does not exist: give {READERS}.")
    return UnknownDataError(f"There is no data set, file or folder {what!r}. {nearest(what, datasets.names())}")


class UnknownDataError(UnknownNameError, DataError):
    """Neither a data set nor a file of that name."""


def _open_folder(
    path: Path, label: str | Sequence[str] | None, image: Layout | None, stream: bool | None, said: dict[str, Any]
) -> Dataset:
    if shard_files(path):
        return _open_rows(path, label, image, stream, said)
    if label is not None:
        raise DataError(f"{path} is a folder of images, whose sub-folders are the classes: leave label={label!r} out.")
    return from_images(path, **said)


def _suffix(path: Path) -> str:
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix


def is_text(path: Path) -> bool:
    """Return whether a path is that of a text table, gzipped or not."""
    return path.is_file() and _suffix(path) in TABLES


def _open_file(
    path: Path, label: str | Sequence[str] | None, image: Layout | None, stream: bool | None, said: dict[str, Any]
) -> Dataset:
    suffix = _suffix(path)
    if suffix in SHARDS:
        return _open_rows(path, label, image, stream, said)
    if suffix in TABLES:
        return from_csv(path, label=label, image=image, **said)
    if suffix == ".npz":
        return from_npz(path, label=_single(label), image=image, **said)
    raise DataError(f"{path} is of an unknown kind {path.suffix!r}: give {READERS}.")


def _open_rows(
    path: Path, label: str | Sequence[str] | None, image: Layout | None, stream: bool | None, said: dict[str, Any]
) -> Dataset:
    if stream or path.is_dir() or (stream is None and is_large(path)):
        return from_shards(path, label=label, image=image, **said)
    if path.suffix == ".parquet":
        return from_parquet(path, label=label, image=image, **said)
    if label is not None:
        raise DataError(f"{path} has no columns by name: put rows and labels into one .npz file as 'x' and 'y'.")
    return from_npy(path, image=image, **said)


def _single(label: str | Sequence[str] | None) -> str | None:
    if label is None or isinstance(label, str):
        return label
    raise DataError(f"label is the name of one array, got {label!r}.")
