"""Rows drawn from a model against rows of the data, and beside it data against data, which is the best there is.

The rows are dealt into two halves. Drawn rows are compared with the first, and so is the second half: as many rows, so
that what a few rows do to a number they do to both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.errors import DataError
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.inspection import few
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import (
    PIXELS,
    AggregateGap,
    ClassifierTest,
    Estimate,
    Features,
    TwoSampleTest,
    aggregate_gap,
    classifier_test,
    density_coverage,
    energy_test,
    frechet_distance,
    kernel_distance,
    mmd_test,
    precision_recall,
)

__all__ = ["SampleDistances", "Versus", "sample_distances"]

FEWEST = 20
"""Rows of a half."""


@dataclass(frozen=True)
class Versus:
    """One set of rows against held-out rows.

    Attributes
    ----------
    mmd, energy : TwoSampleTest
        Distances that are zero on average for equal distributions, with p-values.
    classifier : ClassifierTest
        How well a classifier tells the sets apart: 0.5 for equal distributions.
    frechet, kernel : Estimate
        Distances of moments.
    precision, recall, density, coverage : Estimate
        Near one for equal distributions.
    """

    mmd: TwoSampleTest
    energy: TwoSampleTest
    classifier: ClassifierTest
    frechet: Estimate
    kernel: Estimate
    precision: Estimate
    recall: Estimate
    density: Estimate
    coverage: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return plain values; what is not finite is None."""
        return {name: _finite(found.to_json()) for name, found in vars(self).items()}


@dataclass(frozen=True)
class SampleDistances:
    """How far rows drawn from a model are from rows of the data.

    Attributes
    ----------
    model : Versus
        Drawn rows against held-out rows.
    data : Versus
        Other held-out rows against the same ones: what a perfect model would get.
    gaps : list of AggregateGap
        How far the codes of the rows are from the prior, for each latent.
    rows : int
        Rows of a set.
    features : str
        What they were compared by.
    """

    model: Versus
    data: Versus
    gaps: list[AggregateGap]
    rows: int
    features: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values; what is not finite is None."""
        gaps = [{k: _finite(v) if isinstance(v, dict) else v for k, v in gap.to_json().items()} for gap in self.gaps]
        sides = {"model": self.model.to_json(), "data": self.data.to_json()}
        return {"rows": self.rows, "features": self.features, **sides, "aggregate_gaps": gaps}


def sample_distances(
    fitted: Fitted,
    x: Rows,
    c: Rows | None,
    *,
    samples: int,
    mean: bool = False,
    features: Features | None = None,
    permutations: int = 199,
    seed: int = 0,
    advance: Callable[[int], None] | None = None,
) -> SampleDistances:
    """Compare drawn rows with rows of the data, both as the model sees them.

    Parameters
    ----------
    fitted
        The model.
    x, c
        Rows that it never saw, and their conditions.
    samples
        Most rows of a set: half of the rows where there are fewer.
    mean
        Compare means of p(x | z) at drawn z instead of drawn values, whose noise may be no part of what is asked.
    features
        What to compare by; pixels of images and standardised columns of tables unless told.
    permutations
        Of the tests.
    seed
        Of the halves, the draws and the tests.
    advance
        Called with 1 after each of three parts.

    Raises
    ------
    DataError
        For less than 40 rows.
    """
    if len(x) < 2 * FEWEST:
        raise DataError(
            f"Comparing samples with data takes at least {2 * FEWEST} rows; got {len(x)}. Give more (--split all)."
        )
    seen, condition = _seen(fitted, *few(x, c, 2 * samples, fitted))
    order = torch.randperm(len(seen), generator=torch.Generator().manual_seed(noise.mix_seed(seed, 60)))
    first, second = order.chunk(2)
    first = first[: len(second)]
    # Conditions of the other half: drawn rows and the first half are then independent.
    given = None if condition is None else condition[second]
    drawn = fitted.sample(len(second), given, noise.mix_seed(seed, 61), mean=mean)
    chosen = _usual(fitted, seen) if features is None else features
    by = {"features": Features(chosen.name, PIXELS.function), "permutations": permutations, "seed": seed}
    reference = chosen(seen[first])
    model = _versus(reference, chosen(drawn), by)
    _tell(advance)
    data = _versus(reference, chosen(seen[second]), by)
    _tell(advance)
    gaps = aggregate_gap(fitted.model, _batches(fitted, seen, condition), permutations=permutations, seed=seed)
    _tell(advance)
    return SampleDistances(model, data, gaps, len(second), chosen.name)


def _versus(data: Tensor, rows: Tensor, by: Mapping[str, Any]) -> Versus:
    features, seed = by["features"], by["seed"]
    precision, recall = precision_recall(data, rows, features)
    density, coverage = density_coverage(data, rows, features)
    return Versus(
        mmd=mmd_test(data, rows, **by),
        energy=energy_test(data, rows, **by),
        classifier=classifier_test(data, rows, features, seed=seed),
        frechet=frechet_distance(data, rows, features, seed=seed),
        kernel=kernel_distance(data, rows, features),
        precision=precision,
        recall=recall,
        density=density,
        coverage=coverage,
    )


def _seen(fitted: Fitted, x: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Return rows as the model sees them."""
    batches = [{name: value.cpu() for name, value in batch.items()} for batch in fitted.batches(x, c)]
    rows = torch.cat([batch["x"] for batch in batches])
    return rows, torch.cat([batch["c"] for batch in batches]) if fitted.conditional else None


def _batches(fitted: Fitted, x: Tensor, c: Tensor | None, size: int = 1024) -> Any:
    for start in range(0, len(x), size):
        batch = {"x": x[start : start + size].to(fitted.device)}
        yield batch if c is None else {**batch, "c": c[start : start + size].to(fitted.device)}


def _usual(fitted: Fitted, rows: Tensor) -> Features:
    """Columns of a table have units of their own; pixels share one."""
    if fitted.schema.kind == "image" or fitted.schema.support in ("binary", "levels"):
        return PIXELS
    mean, spread = rows.double().mean(0), rows.double().std(0)
    spread = torch.where(spread > 0, spread, 1.0)
    return Features("standardised columns", lambda x: (x.double() - mean) / spread)


def _tell(advance: Callable[[int], None] | None) -> None:
    if advance is not None:
        advance(1)


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}
