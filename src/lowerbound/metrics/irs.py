r"""The interventional robustness score: how little a latent moves while its own factor is held.

With :math:`\bar z_j(v)` the mean of latent j over rows whose factor k has value v,

.. math:: R_{jk} = 1 - \frac{1}{m_j} E_v \Bigl[ \sup_{v_k = v} | z_j - \bar z_j(v) | \Bigr], \qquad
    m_j = \sup | z_j - \bar z_j |,

a latent's score is its best over factors; the average over latents is weighted by :math:`m_j`. The inner supremum is
a quantile, so that one odd row does not decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.metrics._factors import as_codes, as_factors

__all__ = ["irs"]


def irs(codes: Any, factors: Any, *, quantile: float = 0.99) -> float:
    """Return the interventional robustness score: 1 when nothing but its own factor moves a latent.

    Factors are taken as independent causes: rows should be all their combinations, or drawn from them.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    quantile
        Stands for the supremum among rows of one value.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    References
    ----------
    Suter et al., Robustly Disentangled Causal Mechanisms: Validating Deep Representations for Interventional
    Robustness, 2019.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> irs(factors * [3.0, -1.0], factors)
    1.0
    """
    table = as_factors(factors)
    z = as_codes(codes, len(table))
    most = np.abs(z - z.mean(0)).max(0)
    moved = np.stack([_moved(z, v, quantile) for v in table.T], 1)
    alive = most > 1e-12 * (1.0 + np.abs(z.mean(0)))
    if not alive.any():
        return 0.0
    robust = 1.0 - moved[alive] / most[alive, None]
    return float(np.average(robust.max(1), weights=most[alive]))


def _moved(z: np.ndarray, v: np.ndarray, quantile: float) -> np.ndarray:
    """Return the mean over values of the largest deviation from the value's own mean, ``(D,)``."""
    groups = [z[v == value] for value in range(int(v.max()) + 1)]
    return np.mean([np.quantile(np.abs(group - group.mean(0)), quantile, axis=0) for group in groups], axis=0)
