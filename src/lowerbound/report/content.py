"""Everything the page shows, as plain values: what collects them and what draws them never meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowerbound.report.pictures import Comparison, Extremes, LatentMap, Pairs, Samples, Traversal

__all__ = ["DataCard", "Health", "Numbers", "ReportContent"]


@dataclass(frozen=True)
class DataCard:
    """What the data is.

    Parameters
    ----------
    name : str
        Of the data set or file.
    kind : {"image", "vector"}
        Images are ``(C, H, W)`` with values scaled to [0, 1]; vectors keep the data's own units.
    shape : tuple of int
        Of one row.
    support : str, as in the schema: "binary", "levels", "real", ...
        Values that an entry can take.
    rows : mapping of str to int
        Rows per split.
    levels : int, optional
        Number of levels of discrete data.
    binarize : {"dynamic"}, optional
        Whether stored levels are probabilities, drawn at each visit.
    columns, classes, covariates : tuple of str, optional
        Names of table columns, of label values, of numeric covariates.
    source, licence : str
        Home and terms.
    column_supports : tuple of str, optional
        The support of each column of a mixed table, as in the schema.

    Examples
    --------
    >>> DataCard("iris", "vector", (4,), "real", {"train": 120, "test": 30}).n_features
    4
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    support: str
    rows: Mapping[str, int] = field(default_factory=dict)
    levels: int | None = None
    binarize: str | None = None
    columns: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    covariates: tuple[str, ...] | None = None
    source: str = ""
    licence: str = ""
    column_supports: tuple[str, ...] | None = None

    @property
    def n_features(self) -> int:
        """Number of entries in one row."""
        return int(np.prod(self.shape))

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each entry of a row: the table's column, or its number."""
        given = self.columns or ("",) * self.n_features
        return tuple(name.strip() or f"x{i}" for i, name in enumerate(given))


@dataclass(frozen=True)
class Numbers:
    """Results on held-out rows: nats per row, errors are standard errors of the mean.

    Parameters
    ----------
    elbo, rate, distortion : float
        Means, with ``elbo = -(rate + distortion)``.
    elbo_error, rate_error, distortion_error : float
        Their standard errors.
    n_rows : int
        Test rows.
    statement : str
        How data was binarized and what estimator was used.
    log_likelihood, standard_error, monte_carlo_error : float, optional
        log p(x) by importance sampling, its error over rows, and its error from finite sampling.
    samples : int
        Importance samples a row.
    ess : ndarray, (n,), optional
        Effective sample size of each row.
    bits_per_dim : float, optional
        For discrete data.
    warning : str, optional
        Why log p(x) is not to be trusted.

    Examples
    --------
    >>> Numbers(-10.0, 2.0, 8.0, 0.1, 0.1, 0.1, 30, "").log_likelihood is None
    True
    """

    elbo: float
    rate: float
    distortion: float
    elbo_error: float
    rate_error: float
    distortion_error: float
    n_rows: int
    statement: str
    log_likelihood: float | None = None
    standard_error: float | None = None
    monte_carlo_error: float | None = None
    samples: int = 0
    ess: np.ndarray | None = None
    bits_per_dim: float | None = None
    warning: str | None = None


@dataclass(frozen=True)
class Health:
    """What the latent variables carry, and what to do about it.

    Parameters
    ----------
    advice : tuple of str
        Remarks in plain words.
    kl_per_dim : ndarray, (D,), optional
        Nats, mean over rows.
    active : ndarray of bool, (D,), optional
        Which units react to the data.
    mutual_information, aggregate_gap : float, optional
        I(x; z) and KL(q(z) || p(z)), nats.
    variance_floor_hits : float, optional
        Entries of the decoder's variance that lie on their floor.
    train_elbo, valid_elbo : float, optional
        For over- and underfitting.
    n_rows : int
        Rows that were looked at.

    Examples
    --------
    >>> Health(("Nothing to change.",), active=np.array([True, False])).active_units
    1
    """

    advice: tuple[str, ...] = ()
    kl_per_dim: np.ndarray | None = None
    active: np.ndarray | None = None
    mutual_information: float | None = None
    aggregate_gap: float | None = None
    variance_floor_hits: float | None = None
    train_elbo: float | None = None
    valid_elbo: float | None = None
    n_rows: int = 0

    @property
    def active_units(self) -> int | None:
        """Number of active units."""
        return None if self.active is None else int(self.active.sum())


@dataclass(frozen=True)
class ReportContent:
    """The page in values; a part that is None or empty does not apply and has no section.

    Parameters
    ----------
    data : DataCard
        What the model was fitted to.
    recipe : str
        How.
    numbers : Numbers, optional
        None for a model without a likelihood; `without_numbers` says why.
    health, samples, pairs, traversal, latent, extremes, comparison
        See their classes.
    row : str
        What to call one of the rows that numbers and pictures are about.
    caveat : str
        What a reader must know of those rows, if they are not rows that the model has never seen.
    given : str
        What a conditional model is given with each row.
    history : tuple of mappings
        The records of training.
    settings, specs, seeds, versions, cost : mapping
        Configuration: everything needed to do it again, and what it took.

    Examples
    --------
    >>> card = DataCard("iris", "vector", (4,), "real")
    >>> ReportContent(card, "vae").numbers is None
    True
    """

    data: DataCard
    recipe: str
    numbers: Numbers | None = None
    without_numbers: str = "This model has no likelihood, so there is no ELBO and no log p(x) to report."
    health: Health | None = None
    row: str = "test row"
    caveat: str = ""
    given: str = ""
    history: tuple[Mapping[str, float], ...] = ()
    samples: Samples | None = None
    pairs: Pairs | None = None
    traversal: Traversal | None = None
    latent: LatentMap | None = None
    extremes: Extremes | None = None
    comparison: Comparison | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    specs: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)
