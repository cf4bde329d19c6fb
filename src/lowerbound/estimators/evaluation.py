"""The numbers of a model on held-out rows, and in which sense they are meant."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lowerbound.data import Schema
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows
from lowerbound.metrics import TRUSTED, LogLikelihood

__all__ = ["Evaluation", "doubt", "evaluate", "statement"]


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


def statement(schema: Schema, samples: int) -> str:
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
    elif schema.support == "count":
        kind = "probabilities of integers"
    else:
        kind = "a density in the units of the data"
    return f"Nats per row, summed over features; {kind}. log p(x) by importance sampling with S = {samples}."


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
        "is likely too low, by more than the Monte Carlo error says. Use more samples, a richer posterior or annealing."
    )


def evaluate(
    fitted: Fitted, x: Rows, c: Rows | None, *, samples: int, split: str, advance: Callable[[int], None] | None = None
) -> Evaluation:
    """Compute the evaluation of some rows."""
    numbers = fitted.bound(x, c, samples=min(samples, 16)).summary()
    return Evaluation(
        **numbers,
        log_likelihood=fitted.log_likelihood(x, c, samples, advance),
        n_rows=len(x),
        split=split,
        statement=statement(fitted.schema, samples),
    )
