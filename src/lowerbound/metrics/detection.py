r"""How well scores tell anomalies from the rest.

With a the scores of the m anomalies and b those of the n others, ties counting one half,

.. math:: \mathrm{AUROC} = \frac1{mn} \sum_{i,j} \psi(a_i, b_j), \qquad
          \psi(a, b) = 1[a > b] + \tfrac12 1[a = b],

whose variance is :math:`\mathrm{Var}(\psi_{i \cdot}) / m + \mathrm{Var}(\psi_{\cdot j}) / n`. The average precision is
the mean of the precision over recalls; by chance it is the share of anomalies.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lowerbound.errors import DataError, ShapeError

__all__ = ["Detection", "detection_scores"]


@dataclass(frozen=True)
class Detection:
    """How well scores tell anomalies from the rest.

    Attributes
    ----------
    auroc : float
        Chance that an anomaly has the higher score; 0.5 for scores that say nothing.
    auroc_error : float
        Its standard error.
    average_precision : float
    anomalies : float
        Share of anomalies: the average precision of scores that say nothing.

    Examples
    --------
    >>> Detection(0.9, 0.02, 0.7, 0.1).to_json()["auroc"]
    0.9
    """

    auroc: float
    auroc_error: float
    average_precision: float
    anomalies: float

    def to_json(self) -> dict[str, float]:
        """Return plain values."""
        return asdict(self)


def detection_scores(anomalous: Any, scores: Any) -> Detection:
    """Compare anomaly scores of rows, higher for stranger ones, with what they are.

    Parameters
    ----------
    anomalous
        Whether each row is an anomaly, ``(n,)``.
    scores
        ``(n,)``, such as ``vae.anomaly_score(X)``.

    Raises
    ------
    ShapeError
        When the two are not one entry a row.
    DataError
        When there are fewer than two anomalies or two others, or when scores are not finite.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Comparing the Areas under Two or More Correlated Receiver Operating
    Characteristic Curves, 1988 (the error).

    Examples
    --------
    >>> found = detection_scores([0, 0, 0, 1, 1], [1.0, 2.0, 3.0, 3.0, 4.0])
    >>> round(found.auroc, 4), round(found.average_precision, 4)
    (0.9167, 0.8333)
    """
    from scipy.stats import rankdata
    from sklearn.metrics import average_precision_score

    is_anomaly, values = np.asarray(anomalous).astype(bool), np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or values.shape != is_anomaly.shape:
        raise ShapeError(f"One score a row, and what it is: got shapes {values.shape}, {is_anomaly.shape}.")
    m, n = int(is_anomaly.sum()), int((~is_anomaly).sum())
    if min(m, n) < 2 or not np.isfinite(values).all():
        raise DataError(f"Finite scores of two anomalies and two others are needed; got {m} anomalies and {n} others.")
    ranks, a, b = rankdata(values), values[is_anomaly], values[~is_anomaly]
    below = (ranks[is_anomaly] - rankdata(a)) / n
    above = 1 - (ranks[~is_anomaly] - rankdata(b)) / m
    return Detection(
        auroc=float(below.mean()),
        auroc_error=math.sqrt(below.var(ddof=1) / m + above.var(ddof=1) / n),
        average_precision=float(average_precision_score(is_anomaly, values)),
        anomalies=m / (m + n),
    )
