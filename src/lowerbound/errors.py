"""Everything that can go wrong by a user's hand, as one small tree.

Each class is also the built-in exception that a reader would expect, so ``except ValueError``
keeps working. A message says what is wrong, where, and what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ConfigError",
    "CorruptRunError",
    "DataError",
    "DataWarning",
    "DependencyError",
    "DivergenceError",
    "DownloadError",
    "LowerboundError",
    "RunError",
    "ShapeError",
    "SpecError",
    "SupportError",
    "UnknownNameError",
    "nearest",
]


class LowerboundError(Exception):
    """The root: ``except lowerbound.errors.LowerboundError`` catches every error of the package."""


class DataError(LowerboundError, ValueError):
    """Data that cannot be used: missing, empty, of the wrong type, or not finite."""


class ShapeError(DataError):
    """A tensor, image or table of another size than the model was built for."""


class SupportError(DataError):
    """Values outside the support of the likelihood."""


class ConfigError(LowerboundError, ValueError):
    """A setting that does not exist or has an impossible value."""


class SpecError(ConfigError):
    """A specification that the grammar of components does not read."""


class UnknownNameError(ConfigError, LookupError):
    """A recipe, data set, component or option of that name does not exist."""


class RunError(LowerboundError, OSError):
    """A run folder that cannot be read, written or continued."""


class CorruptRunError(RunError, ValueError):
    """A run folder whose files are damaged, truncated or not of this package."""


class DownloadError(LowerboundError, OSError):
    """A data set that could not be fetched or whose checksum is wrong."""


class DependencyError(LowerboundError, ImportError):
    """An optional package that the call needs is not installed."""


class DivergenceError(LowerboundError, ArithmeticError):
    """Training met a loss or gradient that is not finite."""


class DataWarning(UserWarning):
    """Data that can be used, though probably not as meant (a constant column, say)."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest known name, or a list of them all.

    Examples
    --------
    >>> nearest("beta-vea", ["vae", "beta-vae", "cvae"])
    "Did you mean 'beta-vae'?"
    >>> nearest("zzz", ["vae", "cvae"])
    'Known: cvae, vae.'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."
