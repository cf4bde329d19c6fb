"""Data: what a row looks like, where rows come from, and batches of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowerbound.data import datasets
    from lowerbound.data.batches import make_batches
    from lowerbound.data.checking import check
    from lowerbound.data.dataset import Dataset, split_rows
    from lowerbound.data.factors import Factors
    from lowerbound.data.in_memory import InMemory
    from lowerbound.data.inference import infer_schema
    from lowerbound.data.labels import encode_labels, one_hot, order_covariates, with_labels
    from lowerbound.data.missing import mask_missing, read_with_gaps
    from lowerbound.data.schema import Schema
    from lowerbound.data.sources.arrays import from_arrays
    from lowerbound.data.sources.columns import read_factors
    from lowerbound.data.sources.opening import open_data
    from lowerbound.data.streaming import Streaming
    from lowerbound.data.streams import Source, read_rows
    from lowerbound.data.transforms import prepare, prepare_fixed
    from lowerbound.data.writers import image_grid, write

__all__ = [
    "Dataset",
    "Factors",
    "InMemory",
    "Schema",
    "Source",
    "Streaming",
    "check",
    "datasets",
    "encode_labels",
    "from_arrays",
    "image_grid",
    "infer_schema",
    "make_batches",
    "mask_missing",
    "one_hot",
    "open_data",
    "order_covariates",
    "prepare",
    "prepare_fixed",
    "read_factors",
    "read_rows",
    "read_with_gaps",
    "split_rows",
    "with_labels",
    "write",
]

_HOMES = {
    "batches": ("make_batches",),
    "checking": ("check",),
    "dataset": ("Dataset", "split_rows"),
    "factors": ("Factors",),
    "in_memory": ("InMemory",),
    "inference": ("infer_schema",),
    "labels": ("encode_labels", "one_hot", "order_covariates", "with_labels"),
    "missing": ("mask_missing", "read_with_gaps"),
    "schema": ("Schema",),
    "sources.arrays": ("from_arrays",),
    "sources.columns": ("read_factors",),
    "sources.opening": ("open_data",),
    "streaming": ("Streaming",),
    "streams": ("Source", "read_rows"),
    "transforms": ("prepare", "prepare_fixed"),
    "writers": ("image_grid", "write"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "datasets":
        return importlib.import_module("lowerbound.data.datasets")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
