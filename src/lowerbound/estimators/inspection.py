"""What a fitted model is asked besides its scores: gaps of inference, rate and distortion, checks, imputation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.data import Factors, Schema, check, mask_missing, prepare_fixed
from lowerbound.errors import DataError
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import (
    Check,
    Disentanglement,
    Gaps,
    RateDistortion,
    disentanglement,
    impute,
    inference_gaps,
    predictive_check,
    rate_distortion,
)

__all__ = ["Curve", "few", "fill_gaps", "find_gaps", "match_factors", "predictive_checks", "trace_curve"]

Advance = Callable[[int], None] | None
ROWS = 128
"""Rows of a batch for methods that take many gradients a row."""


@dataclass(frozen=True)
class Curve:
    """A rate-distortion curve and where the model itself stands, nats per row.

    Attributes
    ----------
    curve : RateDistortion
    rate, distortion : float
        Of the model with its encoder.
    rows : int
    """

    curve: RateDistortion
    rate: float
    distortion: float
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        own = {"rate": self.rate, "distortion": self.distortion}
        return {"curve": self.curve.to_json(), "model": own, "rows": self.rows, "unit": "nats per row"}


def find_gaps(fitted: Fitted, x: Rows, c: Rows | None, *, steps: int, samples: int, advance: Advance = None) -> Gaps:
    """Split log p(x) - ELBO of each row into approximation and amortisation."""
    fitted.need_likelihood()
    batches = fitted.batches(x, c, ROWS)
    return inference_gaps(fitted.model, batches, steps=steps, samples=samples, seed=fitted.seed, advance=advance)


def trace_curve(
    fitted: Fitted, x: Rows, c: Rows | None, *, chains: int, temperatures: int, top: float, advance: Advance = None
) -> Curve:
    """Trace the rate-distortion curve of the decoder over some rows."""
    fitted.need_likelihood()
    curve = rate_distortion(
        fitted.model, fitted.batches(x, c, ROWS), chains, temperatures, top=top, seed=fitted.seed, advance=advance
    )
    own = fitted.bound(x, c, samples=16).summary()
    return Curve(curve, own["rate"], own["distortion"], len(x))


def match_factors(fitted: Fitted, x: Rows, c: Rows | None, factors: Any, *, seed: int | None = None) -> Disentanglement:
    """Measure how posterior means follow known factors ``(n, K)`` of the rows."""
    if factors is None:
        raise DataError("The factors of these rows are not known: give them as (n, K) values, each of a few kinds.")
    values = factors.values if isinstance(factors, Factors) else factors
    return disentanglement(fitted.encode(x, c), values, seed=fitted.seed if seed is None else seed)


def predictive_checks(
    fitted: Fitted, x: Rows, c: Rows | None, *, replicates: int, names: list[str], advance: Advance = None
) -> list[Check]:
    """Compare rows, as the model sees them, with as many drawn from it."""
    batches = [{name: value.cpu() for name, value in batch.items()} for batch in fitted.batches(x, c)]
    rows = torch.cat([batch["x"] for batch in batches])
    condition = torch.cat([batch["c"] for batch in batches]) if fitted.conditional else None

    def replicate(r: int) -> Tensor:
        return fitted.sample(len(rows), condition, fitted.seed + r).flatten(1)

    return predictive_check(rows.flatten(1), replicate, replicates, names=names, advance=advance)


def fill_gaps(
    fitted: Fitted, x: Any, condition: Tensor | None, *, samples: int, draw: bool, seed: int, advance: Advance = None
) -> np.ndarray:
    """Return rows ``(n, *shape)`` with their NaN filled: by conditional means, or by one draw each.

    What was there stays exactly as it is: float64 where that takes float64, otherwise float32. Data that the model sees
    binarized is filled by probabilities, on the scale that it was given in.
    """
    fitted.need_likelihood()
    schema = fitted.schema
    values, seen = mask_missing(x, schema)
    rows = check(values, schema)
    scale = _scale(values, schema)
    size = max(1, fitted.chunks(2 * samples)[0])
    filled = []
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        batch = {"x": prepare_fixed(rows[part].to(fitted.device), schema, fitted.seed)}
        if condition is not None:
            batch["c"] = condition[part].to(fitted.device)
        observed = torch.from_numpy(seen[part]).to(fitted.device)
        found = impute(fitted.model, batch, observed, samples, draws=int(draw), seed=noise.mix_seed(seed, 40))
        filled.append((found.draws[0] if draw else found.values).cpu())
        if advance is not None:
            advance(len(observed))
    return np.where(seen, values, scale * torch.cat(filled).numpy())


def _scale(values: np.ndarray, schema: Schema) -> float:
    """Return what the model's 1 is in the data as given: grey values that it sees as probabilities have their own."""
    grey = schema.binarize is not None and values.size and values.max() > 1
    return float((schema.levels or 2) - 1) if grey else 1.0


def few(x: Rows, c: Rows | None, n: int, fitted: Fitted) -> tuple[Tensor, Tensor | None]:
    """Return up to ``n`` rows, spread evenly, and their conditions."""
    index = np.linspace(0, len(x) - 1, min(n, len(x))).round().astype(int).tolist()

    def part(rows: Rows) -> Tensor:
        return rows[index] if isinstance(rows, Tensor) else torch.cat([rows.read(i, i + 1) for i in index])

    return part(x), None if c is None or not fitted.conditional else part(c)
