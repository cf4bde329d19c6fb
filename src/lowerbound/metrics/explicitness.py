r"""Explicitness: whether each value of each factor can be told from the whole code by a linear classifier.

.. math:: \text{explicitness} = \operatorname{mean}_{k, v} \bigl( 2 \, \mathrm{AUC}_{kv} - 1 \bigr),

with the area under the curve of a logistic regression of one value against the others, on rows that it has not seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.metrics._factors import as_codes, as_factors, halves

__all__ = ["explicitness"]


def explicitness(codes: Any, factors: Any, *, held: float = 0.25, seed: int = 0) -> float:
    """Return the explicitness: 1 when all values are linearly separable from the others, 0 by chance.

    A latent that is the factor itself does not reach 1 for more than two values, as no line cuts out a middle one.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    held
        Share of rows that it is judged by; values without a row there are left out.
    seed
        Of the rows held.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    References
    ----------
    Ridgeway and Mozer, Learning Deep Disentangled Embeddings with the F-Statistic Loss, 2018, section 3.

    Examples
    --------
    >>> factors = np.arange(40)[:, None] % 2
    >>> explicitness(factors * 3.0, factors)
    1.0
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    table = as_factors(factors)
    z = as_codes(codes, len(table))
    used, judged = halves(len(z), held, seed)
    spread = z[used].std(0)
    z = (z - z[used].mean(0)) / np.where(spread > 0, spread, 1.0)
    areas = []
    for v in table.T:
        for value in range(int(v.max()) + 1):
            is_it = v == value
            if len(np.unique(is_it[used])) == len(np.unique(is_it[judged])) == 2:
                classifier = LogisticRegression(max_iter=1000).fit(z[used], is_it[used])
                areas.append(roc_auc_score(is_it[judged], classifier.decision_function(z[judged])))
    return float(2.0 * np.mean(areas) - 1.0) if areas else 0.0
