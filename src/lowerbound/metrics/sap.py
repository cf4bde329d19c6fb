r"""The separated attribute predictability: how much better the best single latent predicts a factor than the second.

.. math:: \mathrm{SAP} = \frac1K \sum_k \bigl( S_{(1)k} - S_{(2)k} \bigr),

where :math:`S_{jk}` is the balanced accuracy of telling factor k from latent j by thresholds, or, for an ordered
factor, the R squared of the line from one to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lowerbound.errors import ShapeError
from lowerbound.metrics._factors import as_codes, as_factors, cut

__all__ = ["sap"]


def sap(codes: Any, factors: Any, *, ordered: bool | Sequence[bool] = False, bins: int = 20) -> float:
    """Return the separated attribute predictability.

    With one latent for each factor it is 1 for ordered factors and the mean of 1 - 1 / size otherwise, as a latent
    that tells nothing still has a balanced accuracy of 1 / size.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    ordered
        Whether the values of all factors, or of each, are steps on a line.
    bins
        Thresholds cut a latent into so many bins of equal width, or into one for each value of a larger factor.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.
    ShapeError
        When ``ordered`` is not one for each factor.

    References
    ----------
    Kumar, Sattigeri and Balakrishnan, Variational Inference of Disentangled Latent Concepts from Unlabeled
    Observations, 2018, section 3.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> round(sap(factors * [3.0, -1.0], factors), 6), round(sap(factors, factors, ordered=True), 6)
    (0.775, 1.0)
    """
    table = as_factors(factors)
    z = as_codes(codes, len(table))
    lines = [ordered] * table.shape[1] if isinstance(ordered, bool) else list(ordered)
    if len(lines) != table.shape[1]:
        raise ShapeError(f"ordered has {len(lines)} entries for {table.shape[1]} factors: give one for each.")
    scores = np.stack(
        [_line(z, v) if line else _thresholds(z, v, bins) for v, line in zip(table.T, lines, strict=True)]
    )
    floor = np.array([0.0 if line else 1.0 / (v.max() + 1) for v, line in zip(table.T, lines, strict=True)])
    ranked = np.sort(np.concatenate([scores, floor[:, None]], 1), axis=1)
    return float((ranked[:, -1] - ranked[:, -2]).mean())


def _line(z: np.ndarray, v: np.ndarray) -> np.ndarray:
    centred, target = z - z.mean(0), v - v.mean()
    power = (centred**2).sum(0) * (target**2).sum()
    return (centred * target[:, None]).sum(0) ** 2 / np.where(power > 0, power, 1.0)


def _thresholds(z: np.ndarray, v: np.ndarray, bins: int) -> np.ndarray:
    size = int(v.max()) + 1
    bins = max(bins, size)
    scores = []
    for binned in cut(z, bins).T:
        joint = np.bincount(binned * size + v, minlength=bins * size).reshape(bins, size)
        scores.append((joint / joint.sum(0)).max(1).sum() / size)
    return np.array(scores)
