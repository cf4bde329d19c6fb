"""Every likelihood, posterior and prior, read off the namespaces: what adds a component adds its products."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import lowerbound as lb
from lowerbound.core import Family
from lowerbound.errors import LowerboundError, ShapeError
from lowerbound.spec import fill, find, members

LATENT = 3
ROWS = 24
SETTINGS: dict[str, Any] = {
    "latent": LATENT, "hidden": (8,), "channels": (4,), "batch_size": 8, "epochs": 10, "compile": "no",
    "precision": "float32", "seed": 0, "test_fraction": 0.0, "valid_fraction": 0.0,
}  # fmt: skip
"""Thirty steps."""


SPELLED = {
    "exemplar-prior": "ExemplarPrior(exemplars=10)",
    "vamp-prior": "VampPrior(components=10)",
    "mixture": "Mixture(Normal())",
    "product": "Product([(Normal((2,)), (0, 2)), (Laplace((2,)), (1, 3))])",
}
"""What is made of other families is said with them, and what is made of rows with a few of them."""


def supports(folder: str, **known: Any) -> dict[str, str | None]:
    """Return the support of each component of a folder, None where it has none of its own."""
    found: dict[str, str | None] = {}
    for name in (SPELLED.get(name, name) for name in members(folder)):
        try:
            built = fill(name, [folder], **known)
        except ShapeError:
            built = fill(name, [folder], **{**known, "event_shape": (1, 4, 4), "data_shape": (1, 4, 4)})
        found[name] = getattr(built, "support", None)
    return found


FAMILIES = {
    name: support
    for name, support in supports("posteriors", event_shape=(LATENT,), data_shape=(4,)).items()
    if issubclass(find(name, ["posteriors"]), Family)
}
# Posteriors without a density have no KL to any prior, and are no priors.
POINTS = [name for name in FAMILIES if not find(name, ["posteriors"]).has_density]
POSTERIORS = {name: support for name, support in FAMILIES.items() if name not in POINTS}
PRIORS = POSTERIORS | supports("priors", event_shape=(LATENT,), data_shape=(4,), data_support="real", condition=None)
LIKELIHOODS = supports("likelihoods", event_shape=(4,), levels=5, n_classes=5)

PAIRS = list(itertools.product(POSTERIORS, PRIORS))
# A prior without a support of its own is made of posteriors: it goes with any that is of one row at a time.
ACROSS = [name for name in POSTERIORS if find(name, ["posteriors"]).across_rows]
MEANINGFUL = [
    (q, p) for q, p in PAIRS if PRIORS[p] in (None, POSTERIORS[q]) and not (PRIORS[p] is None and q in ACROSS)
]
MEANINGLESS = [pair for pair in PAIRS if pair not in MEANINGFUL]


def rows(likelihood: str) -> lb.data.Dataset:
    """Return rows in the support of a likelihood: a table, or images where it describes those only."""
    rng = np.random.default_rng(0)
    try:
        fill(likelihood, ["likelihoods"], event_shape=(4,), levels=5, n_classes=5)
        shape: tuple[int, ...] = (ROWS, 4)
    except ShapeError:
        shape = (ROWS, 1, 4, 4)
    match LIKELIHOODS[likelihood]:
        case "binary":
            values = rng.integers(0, 2, shape)
        case "levels":
            values = np.minimum(rng.integers(0, 5, shape), 4).astype(np.uint8)
            values.flat[0] = 4
        case "count":
            values = rng.poisson(3.0, shape).astype(np.float32)
        case "positive":
            values = rng.gamma(2.0, 1.0, shape)
        case "unit" | "interval":
            values = rng.beta(2.0, 3.0, shape)
        case _:
            values = rng.normal(size=shape)
    return lb.data.from_arrays(values, image="CHW" if len(shape) == 4 else None).split(valid=0.0, test=0.0)


__all__ = [
    "LIKELIHOODS",
    "MEANINGFUL",
    "MEANINGLESS",
    "POINTS",
    "POSTERIORS",
    "PRIORS",
    "SETTINGS",
    "LowerboundError",
    "rows",
]
