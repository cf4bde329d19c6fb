"""Variational autoencoders whose numbers are true.

``VAE`` is the estimator, ``load`` opens a run; the modules ``core``, ``models``, ``networks``,
``likelihoods``, ``posteriors``, ``priors``, ``objectives``, ``data``, ``distances``, ``metrics``, ``recipes`` and
``training`` hold the parts. Nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lowerbound import errors
from lowerbound.version import __version__

if TYPE_CHECKING:
    from lowerbound import (
        core,
        data,
        distances,
        distributions,
        estimators,
        likelihoods,
        metrics,
        models,
        networks,
        objectives,
        posteriors,
        priors,
        recipes,
        report,
        runs,
        training,
    )
    from lowerbound.estimators import VAE, load

__all__ = [
    "VAE",
    "__version__",
    "core",
    "data",
    "distances",
    "distributions",
    "errors",
    "estimators",
    "likelihoods",
    "load",
    "metrics",
    "models",
    "networks",
    "objectives",
    "posteriors",
    "priors",
    "recipes",
    "report",
    "runs",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in ("VAE", "load"):
        return getattr(importlib.import_module("lowerbound.estimators"), name)
    if name in __all__:
        return importlib.import_module(f"lowerbound.{name}")
    raise AttributeError(f"module 'lowerbound' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
