"""Numbers of held-out rows while a model trains: what chooses its weights, and what is shown beside it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lowerbound.core import Model, Progress, why_unbounded
from lowerbound.data import Dataset
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.planning import Plan
from lowerbound.estimators.rows import first_rows
from lowerbound.training.step import seed_noise

__all__ = ["VALID_ROWS", "validation"]

VALID_ROWS = 10_000
"""Most held-out rows that each validation scores."""

DRAWS = 500
"""Least draws of codes for a loss across rows: the distance of a few codes from the prior is mostly chance."""


def validation(plan: Plan, fitted: Fitted, dataset: Dataset) -> Callable[[Model], dict[str, float]] | None:
    """Return the function from the model as it stands to the numbers of its ``valid`` rows; None without such rows.

    They are the ELBO with its parts, the bound of several samples or the loss where that is what judges, and the
    errors of reconstructions where there is no bound.
    """
    if "valid" not in (dataset.splits or {}) or not len(dataset.rows("valid")[0]):
        return None
    x, _ = dataset.rows("valid")
    c = dataset.condition("valid") if plan.conditional else None
    x, c = first_rows(x, VALID_ROWS), None if c is None else first_rows(c, VALID_ROWS)
    objective, progress = plan.objective, Progress(plan.total, plan.total, len(dataset.rows("train")[0]))

    def validate(model: Model) -> dict[str, float]:
        record = {"loss": _loss(plan, fitted, x, c, progress)} if objective.judged_by == "loss" else {}
        if fitted.unbounded is None:
            numbers = fitted.bound(x, c).summary()
            record |= {name: numbers[name] for name in ("elbo", "rate", "distortion")}
            if objective.bound_samples > 1:
                record["log_likelihood"] = fitted.log_likelihood(x, c, objective.bound_samples).value
            return record
        record["mean_squared_error"] = float(fitted.squared_error(x, c).mean())
        if why_unbounded(model) is not None:
            # What the model itself lacks is the rate: its distortion is still what was trained.
            record["distortion"] = fitted.distortion(x, c)
        return record

    return validate


def _loss(plan: Plan, fitted: Fitted, x: Tensor, c: Tensor | None, progress: Progress) -> float:
    """Return what the model minimises (critics aside), with its schedules at their ends.

    A loss across rows is taken in whole batches of the size that it trains with, since it depends on it; few rows stand
    in them several times, with noise of their own. The noise is the same at each validation.
    """
    train = plan.settings.train
    assert train.batch_size is not None
    if plan.objective.across_rows:
        whole = train.batch_size * max(len(x) // train.batch_size, math.ceil(DRAWS / train.batch_size))
        order = torch.arange(whole) % len(x)
        x, c = x[order], None if c is None else c[order]
    total = torch.zeros((), dtype=torch.float64)
    with torch.no_grad(), torch.random.fork_rng():
        seed_noise(fitted.device, train.seed)
        for batch in fitted.batches(x, c, size=train.batch_size):
            of_players = plan.objective.losses(fitted.model, batch, progress)
            total += len(batch["x"]) * sum(float(loss) for name, loss in of_players.items() if name != "critic")
    return float(total / len(x))
