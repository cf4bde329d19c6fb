"""From a fitted estimator and its data to what the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from lowerbound.data import Dataset, Schema, check, encode_labels
from lowerbound.errors import ShapeError
from lowerbound.report.content import DataCard, Health, Numbers, ReportContent
from lowerbound.report.picturing import Showing, compare, draw_samples, extremes, latent_map, pairs, traverse
from lowerbound.report.selecting import part, take
from lowerbound.report.text import joined, measured, number

if TYPE_CHECKING:
    from lowerbound.report.subject import Subject

__all__ = ["collect"]

MOST_ROWS = 2000  # in pictures and in the diagnosis
NOUNS = {"test": "test row", "valid": "validation row", "train": "training row", "all": "given row"}
CAVEATS = {
    "valid": "There are no test rows: these are the rows that chose the weights, so the numbers are a little too good.",
    "train": "There are no held-out rows: these are the training rows, so the numbers are too good.",
}


def collect(
    vae: Subject,
    dataset: Dataset,
    *,
    evaluation: Any = None,
    diagnosis: Any = None,
    cost: Mapping[str, Any] | None = None,
    samples: int = 1000,
) -> ReportContent:
    """Ask a fitted estimator everything that the report shows.

    Parameters
    ----------
    vae : Subject
        Fitted.
    dataset : Dataset
        With the splits of the fit; the page is about its test rows, or the best there is: rows that chose the weights,
        training rows, or all rows of data without splits.
    evaluation, diagnosis : optional
        Of those rows, where they have been made already.
    cost : mapping, optional
        What training took: ``wall_seconds``, ``cpu_seconds`` and the like.
    samples : int, default 1000
        Importance samples a row, for an evaluation made here.

    Raises
    ------
    ShapeError
        If the rows are not of the shape that the model was fitted to.

    Examples
    --------
    >>> import lowerbound as lb
    >>> data = lb.data.from_arrays(np.random.default_rng(0).normal(size=(60, 3))).split()
    >>> vae = lb.VAE(n_components=2, epochs=1, random_state=0).fit(data)
    >>> content = collect(vae, data, samples=8)
    >>> content.numbers.n_rows, content.latent.points.shape
    (6, (6, 2))
    """
    dataset = _agreed(vae, dataset)
    split = next((name for name in ("test", "valid", "train") if len(_rows(dataset, name))), "all")
    test = part(dataset, split)
    few, index = take(test, MOST_ROWS)
    evaluation = evaluation or vae.evaluate(test, samples=samples, split=split)
    diagnosis = diagnosis or vae.diagnose(few, train=None if split == "train" else _training(dataset))
    showing = Showing.of(dataset.schema, few)
    codes = vae.transform(few)
    return ReportContent(
        data=_card(dataset, vae.schema_), recipe=str(vae.settings_.get("recipe", vae.recipe)), row=NOUNS[split],
        caveat=CAVEATS.get(split, ""), given=_given(vae),
        **_judgement(evaluation), health=_health(diagnosis), history=tuple(vae.history_),
        samples=draw_samples(vae, few, showing), pairs=pairs(vae, few, index, showing),
        traversal=traverse(vae, few, showing, _ranked(diagnosis, codes)), latent=latent_map(codes, few),
        extremes=None if evaluation.unbounded else extremes(test, evaluation.log_likelihood.rows, showing),
        comparison=compare(vae, few, showing),
        **_configuration(vae, cost or {}),
    )  # fmt: skip


def _rows(dataset: Dataset, split: str) -> Any:
    return dataset.rows(split)[0] if split in (dataset.splits or {}) else ()


def _training(dataset: Dataset) -> Dataset | None:
    return take(part(dataset, "train"), MOST_ROWS)[0] if len(_rows(dataset, "train")) else None


def _agreed(vae: Subject, dataset: Dataset) -> Dataset:
    """Bring rows to the fitted schema, which another look at the same rows need not have found."""
    fitted = vae.schema_
    if dataset.schema.shape != fitted.shape:
        raise ShapeError(
            f"{dataset.name} has rows of shape {dataset.schema.shape}; the model was fitted to {fitted.shape}. "
            "Report on the data that it was fitted to."
        )
    if dataset.schema == fitted or not isinstance(dataset.x, Tensor):
        return dataset
    labels = {"classes": dataset.schema.classes, "covariates": dataset.schema.covariates}
    y = dataset.y
    if fitted.condition_size and isinstance(y, Tensor):
        named = np.array(dataset.schema.classes)[y.numpy()] if dataset.schema.classes else y.numpy()
        y = encode_labels(named, fitted)
        labels = {"classes": fitted.classes, "covariates": fitted.covariates}
    return replace(dataset, x=check(dataset.x, fitted), y=y, schema=replace(fitted, **labels))


def _given(vae: Subject) -> str:
    if not vae.fitted_.conditional:
        return ""
    return "the class" if vae.schema_.classes else joined(vae.schema_.covariates or ("the covariates",))


def _card(dataset: Dataset, seen: Schema) -> DataCard:
    """Describe the data: its values as the model sees them."""
    schema = dataset.schema
    splits = {name: len(_rows(dataset, name)) for name in ("train", "valid", "test")}
    return DataCard(
        dataset.name, schema.kind, schema.shape, seen.support,
        {name: n for name, n in splits.items() if n} or {"given": len(dataset)},
        seen.levels, seen.binarize, schema.columns, schema.classes, schema.covariates,
        dataset.source, dataset.licence, seen.column_supports,
    )  # fmt: skip


def _judgement(evaluation: Any) -> dict[str, Any]:
    """Return the numbers, or in words why there are none and what there is instead."""
    if not evaluation.unbounded:
        return {"numbers": _numbers(evaluation)}
    error = measured(evaluation.mean_squared_error, evaluation.mean_squared_error_error)
    distance = number(evaluation.energy_distance, 3)
    return {
        "without_numbers": f"{evaluation.unbounded} Reconstructions of {evaluation.n_rows:,} rows have a squared error "
        f"of {error} a feature; the energy distance of codes to draws of the prior is {distance}."
    }


def _numbers(evaluation: Any) -> Numbers:
    estimate = evaluation.log_likelihood
    return Numbers(
        evaluation.elbo, evaluation.rate, evaluation.distortion,
        evaluation.elbo_error, evaluation.rate_error, evaluation.distortion_error,
        evaluation.n_rows, evaluation.statement, estimate.value, estimate.standard_error,
        estimate.monte_carlo_error, estimate.samples, estimate.ess, estimate.bits_per_dim,
        getattr(evaluation, "warning", None),
    )  # fmt: skip


def _health(diagnosis: Any) -> Health:
    return Health(
        tuple(diagnosis.advice), diagnosis.kl_per_dim, diagnosis.active, diagnosis.mutual_information,
        diagnosis.aggregate_gap, diagnosis.variance_floor_hits, diagnosis.train_elbo, diagnosis.valid_elbo,
        diagnosis.n_rows,
    )  # fmt: skip


def _ranked(diagnosis: Any, codes: np.ndarray) -> np.ndarray:
    """Order the latent dimensions by KL, or by the variance of their means where the KL is not known by dimension."""
    kl = np.asarray(diagnosis.kl_per_dim)
    usable = len(kl) == codes.shape[1] and np.isfinite(kl).all()
    return np.argsort(-(kl if usable else codes.var(0)), kind="stable")


def _configuration(vae: Subject, cost: Mapping[str, Any]) -> dict[str, Any]:
    from lowerbound.runs import versions

    here = versions()
    kept = {name: str(vae.facts_[name]) for name in here if name in vae.facts_}
    facts = {name: value for name, value in vae.facts_.items() if name not in here}
    parameters = sum(weights.numel() for weights in vae.fitted_.model.parameters())
    return {
        "settings": {name: value for name, value in vae.settings_.items() if name not in ("recipe", "seed")},
        "specs": {name: str(text) for name, text in vae.spec_.items()},
        "seeds": {"seed": int(vae.fitted_.seed)},
        "versions": kept or here,
        "cost": {"steps": vae.n_iter_, "parameters": parameters, **cost, **facts},
    }
