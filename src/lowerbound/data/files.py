"""Find the files of a public data set: in the user's folder, in the cache, or at their home.

Folders are tried in this order: the ``data_dir`` of the call, the environment variable ``LOWERBOUND_DATA``, and
the cache (``$XDG_CACHE_HOME/lowerbound``, by default ``~/.cache/lowerbound``). In each, a file may lie in the data
set's own folder or at the top. What is found there is checked by its structure; what is downloaded, by its checksum.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lowerbound.data.card import RemoteFile
from lowerbound.data.download import Progress, fetch
from lowerbound.errors import DataError

__all__ = ["VARIABLE", "cache_folder", "find", "obtain"]

VARIABLE = "LOWERBOUND_DATA"


def cache_folder() -> Path:
    """Return the folder for downloads; it need not exist.

    Examples
    --------
    >>> cache_folder().name
    'lowerbound'
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lowerbound"


def find(folder: str, names: Sequence[str], data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the first existing file of one of `names`, or None.

    Parameters
    ----------
    folder : str
        The data set's own folder.
    names : sequence of str
        File names that would do, best first.
    data_dir : path, optional
        Where to look first.

    Raises
    ------
    DataError
        If `data_dir` is not a folder.
    """
    if data_dir is not None and not Path(data_dir).is_dir():
        raise DataError(
            f"The data folder {os.fspath(data_dir)!r} does not exist: give the folder that holds {folder}/."
        )
    given = [data_dir, os.environ.get(VARIABLE), cache_folder()]
    candidates = (Path(root, *place, name) for root in given if root for name in names for place in ((folder,), ()))
    return next((path for path in candidates if path.is_file()), None)


def obtain(
    folder: str,
    file: RemoteFile,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    also: Sequence[str] = (),
    progress: Progress | None = None,
) -> Path:
    """Return a path to `file`, downloading it into the cache unless a folder has it.

    Parameters
    ----------
    folder : str
        The data set's own folder.
    file : RemoteFile
        What is wanted.
    data_dir : path, optional
        Where to look first.
    also : sequence of str
        Further file names that would do.
    progress : callable, optional
        Called with bytes done and bytes in all (or None).

    Raises
    ------
    DownloadError
        If it can neither be found nor fetched; the message names the folder to put it into.
    """
    found = find(folder, (file.name, *also), data_dir)
    if found is not None:
        return found
    hint = f"Or put {file.name} into DIR/{folder}/ by hand and pass data_dir=DIR, --data-dir DIR or {VARIABLE}=DIR."
    path = cache_folder() / folder / file.name
    return fetch(file.urls, path, checksum=file.checksum, size=file.size, progress=progress, hint=hint)
