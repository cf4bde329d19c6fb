"""Public data sets by name: the functions of this namespace are the registry.

Each returns a `Dataset` with its official splits, from a folder of the user's, the cache, or a verified download.
"""

from __future__ import annotations

import importlib
import inspect
import os
from typing import Any

from lowerbound.data.card import Card
from lowerbound.data.dataset import Dataset
from lowerbound.data.datasets.caltech_silhouettes import caltech_silhouettes
from lowerbound.data.datasets.digits import digits
from lowerbound.data.datasets.fashion_mnist import fashion_mnist
from lowerbound.data.datasets.frey_faces import frey_faces
from lowerbound.data.datasets.mnist import mnist
from lowerbound.data.datasets.omniglot import omniglot
from lowerbound.data.datasets.sprites import sprites
from lowerbound.data.datasets.static_mnist import static_mnist
from lowerbound.data.download import Progress
from lowerbound.errors import ConfigError, UnknownNameError, nearest

__all__ = [
    "caltech_silhouettes",
    "describe",
    "digits",
    "fashion_mnist",
    "frey_faces",
    "load",
    "mnist",
    "names",
    "omniglot",
    "sprites",
    "static_mnist",
]

PLACES = ("data_dir", "progress")


def names() -> list[str]:
    """Return the names of all data sets.

    Examples
    --------
    >>> "digits" in names()
    True
    """
    return [name for name in __all__ if name not in ("describe", "load", "names")]


def describe() -> list[Card]:
    """Return the facts on all data sets: name, summary, rows, shape, source, licence, citation, access.

    Examples
    --------
    >>> [(card.rows, card.access) for card in describe() if card.name == "digits"]
    [(1797, 'local')]
    """
    return [importlib.import_module(f"{__name__}.{name}").CARD for name in names()]


def load(
    name: str, *, data_dir: str | os.PathLike[str] | None = None, progress: Progress | None = None, **options: Any
) -> Dataset:
    """Return a data set by name.

    Parameters
    ----------
    name : str
        One of `names`.
    data_dir : path, optional
        Folder with public data sets; unused by those that need no file.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.
    **options
        Of the data set, ``binarize`` say.

    Raises
    ------
    UnknownNameError
        If there is no such data set.
    ConfigError
        If it has no such option.

    Examples
    --------
    >>> len(load("digits"))
    1797
    """
    if name not in names():
        raise UnknownNameError(f"There is no data set {name!r}. {nearest(name, names())}")
    known = inspect.signature(globals()[name]).parameters
    for option in options:
        if option not in known:
            own = [parameter for parameter in known if parameter not in PLACES]
            raise ConfigError(f"The data set {name!r} has no option {option!r}. {nearest(option, own)}")
    places = {"data_dir": data_dir, "progress": progress}
    return globals()[name](**options, **{key: value for key, value in places.items() if key in known})
