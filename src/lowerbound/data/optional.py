"""Packages that only some calls need."""

from __future__ import annotations

import importlib
from types import ModuleType

from lowerbound.errors import DependencyError

__all__ = ["need"]


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional package, or say which extra of lowerbound brings it.

    Raises
    ------
    DependencyError
        If it is not installed.

    Examples
    --------
    >>> need("json", "frames", "to read JSON").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        message = f"{package} is needed {purpose} and is not installed: pip install 'lowerbound[{extra}]'"
        raise DependencyError(message) from error
