"""The numbers of a model on held-out rows, and in which sense they are meant."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from lowerbound.core import noise
from lowerbound.data import Schema
from lowerbound.distances import Energy
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import TRUSTED, LogLikelihood

__all__ = ["Evaluation", "Reconstruction", "doubt", "evaluate", "statement"]

COMPARED = 1000
"""Most codes that are compared with draws of the prior: each is compared with each."""


@dataclass(frozen=True)
class Evaluation:
    """ELBO, its parts and log p(x): nats per row, means over rows with standard errors.

    Attributes
    ----------
    elbo, rate, distortion : float
    elbo_error, rate_error, distortion_error : float
        Standard errors over rows.
    log_likelihood : LogLikelihood
    n_rows : int
    split : str
        Which rows.
    statement : str
        How the data was binarized or quantised, and what the estimator is.
    """

    elbo: float
    elbo_error: float
    rate: float
    rate_error: float
    distortion: float
    distortion_error: float
    log_likelihood: LogLikelihood
    n_rows: int
    split: str
    statement: str

    unbounded: ClassVar[None] = None

    @property
    def bits_per_dim(self) -> float | None:
        """-log2 p(x) per entry, for discrete data."""
        return self.log_likelihood.bits_per_dim

    @property
    def warning(self) -> str | None:
        """Why log p(x) is not to be trusted, if it is not."""
        return doubt(self.log_likelihood.untrusted)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers without the rows; what is not finite is None."""
        plain = {k: v for k, v in vars(self).items() if k != "log_likelihood"} | self.log_likelihood.to_json()
        plain["warning"] = self.warning
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in plain.items()}


@dataclass(frozen=True)
class Reconstruction:
    """What there is to say of a model without a bound on log p(x): no number here is a likelihood.

    Attributes
    ----------
    mean_squared_error, mean_squared_error_error : float
        Of reconstructions, mean over features and rows, in the units in which the model sees the data; its
        standard error over rows.
    energy_distance : float
        Between the codes and as many draws of the prior, in units of the codes; near zero where samples have codes
        like those of rows.
    rows : ndarray, (n,)
        The squared error of each row.
    n_rows : int
    split : str
        Which rows.
    unbounded : str
        Why there is no likelihood.
    statement : str
        What the numbers are.
    """

    mean_squared_error: float
    mean_squared_error_error: float
    energy_distance: float
    rows: np.ndarray
    n_rows: int
    split: str
    unbounded: str
    statement: str = (
        "Squared errors of reconstructions, mean over features and rows, in units of the data as the model sees it; "
        "energy distance of codes to draws of the prior, in units of the codes. None of these is a likelihood."
    )

    def to_json(self) -> dict[str, Any]:
        """Return the numbers without the rows; what is not finite is None."""
        plain = {k: v for k, v in vars(self).items() if k != "rows"} | {"samples": 0}
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in plain.items()}


def statement(schema: Schema, samples: int, proposal: str = "encoder") -> str:
    """Say what the numbers are: nats per row of what, by which estimator.

    Examples
    --------
    >>> print(statement(Schema((2,), "real"), 64))
    Nats per row, summed over features; a density in the units of the data.
    log p(x) by importance sampling with S = 64.
    """
    if schema.binarize:
        kind = "probabilities of binary data, binarized once by a fixed seed (training draws anew at each visit)"
    elif schema.support == "binary":
        kind = "probabilities of binary data as given"
    elif schema.support == "levels":
        kind = f"probabilities of integers 0 to {(schema.levels or 256) - 1}, no dequantisation"
    elif schema.discrete:
        kind = "probabilities of integers"
    elif any(schema.whole_columns):
        kind = "a density of some columns in the units of the data, times probabilities of the others"
    else:
        kind = "a density in the units of the data"
    source = " from proposals adapted to each row" if proposal == "adapted" else ""
    return f"Nats per row, summed over features; {kind}. log p(x) by importance sampling{source} with S = {samples}."


def doubt(untrusted: float | None) -> str | None:
    """Say what a share of rows with heavy-tailed weights means; None where there are none.

    Examples
    --------
    >>> doubt(0.0) is None, doubt(0.25)
    (True, '25 % of the rows have importance weights of too heavy a tail (Pareto k above 0.7): ...')
    """
    if not untrusted:
        return None
    share = f"{100 * untrusted:.0f} %" if untrusted >= 0.01 else "Less than 1 %"
    return (
        f"{share} of the rows have importance weights of too heavy a tail (Pareto k above {TRUSTED}): their log p(x) "
        "is likely too low, by more than the Monte Carlo error says. Take proposals adapted to each row "
        "(--proposal adapted, or proposal= in Python), a richer posterior or annealing."
    )


def evaluate(
    fitted: Fitted,
    x: Rows,
    c: Rows | None,
    *,
    samples: int,
    split: str,
    proposal: str = "encoder",
    advance: Callable[[int], None] | None = None,
) -> Evaluation | Reconstruction:
    """Compute the evaluation of some rows: of a model without a bound on log p(x), what there is instead."""
    if fitted.unbounded is not None:
        return _reconstructed(fitted, x, c, split, fitted.unbounded)
    numbers = fitted.bound(x, c, samples=min(samples, 16)).summary()
    return Evaluation(
        **numbers,
        log_likelihood=fitted.log_likelihood(x, c, samples, advance, proposal=proposal),
        n_rows=len(x),
        split=split,
        statement=statement(fitted.schema, samples, proposal),
    )


def _reconstructed(fitted: Fitted, x: Rows, c: Rows | None, split: str, why: str) -> Reconstruction:
    rows = fitted.squared_error(x, c).numpy()
    spread = float(rows.std(ddof=1)) / math.sqrt(len(rows)) if len(rows) > 1 else math.nan
    return Reconstruction(float(rows.mean()), spread, _code_distance(fitted, x, c), rows, len(x), split, why)


def _code_distance(fitted: Fitted, x: Rows, c: Rows | None) -> float:
    """Return the energy distance between posterior draws of up to some rows and as many draws of the prior."""
    codes, draws, left = [], [], min(COMPARED, len(x))
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(fitted.seed, 9))
        for batch in fitted.batches(x, c):
            sites = fitted.model(batch).latents
            prior = fitted.model.sample(len(batch["x"]), **{k: v for k, v in batch.items() if k == "c"}).sites
            for values, source in ((codes, sites), (draws, prior)):
                joined = [source[name].value.reshape(-1, *source[name].p.event_shape).flatten(1) for name in sites]
                values.append(torch.cat([value[: len(batch["x"])] for value in joined], 1)[:left].double().cpu())
            left -= len(codes[-1])
            if left <= 0:
                break
    return float(Energy()(torch.cat(codes), torch.cat(draws))) if len(x) > 1 else math.nan
