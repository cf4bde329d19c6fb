r"""Disentanglement, completeness and informativeness, from how much each latent helps to predict each factor.

With :math:`R_{jk} \ge 0` the importance of latent j for factor k,

.. math::
    D = \sum_j \rho_j \Bigl( 1 - H_K\Bigl( \frac{R_{j \cdot}}{\sum_k R_{jk}} \Bigr) \Bigr), \quad
    \rho_j = \frac{\sum_k R_{jk}}{\sum_{jk} R_{jk}}, \qquad
    C = \frac1K \sum_k \Bigl( 1 - H_D\Bigl( \frac{R_{\cdot k}}{\sum_j R_{jk}} \Bigr) \Bigr),

where :math:`H_K` is the entropy in base K. D is 1 when each latent serves one factor, C when each factor needs one
latent, I when the factors can be told from the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowerbound.errors import UnknownNameError, nearest
from lowerbound.metrics._factors import as_codes, as_factors, halves

__all__ = ["DCI", "dci"]

TREES, LEAF, PENALTY = 20, 10, 0.02


@dataclass(frozen=True)
class DCI:
    """Disentanglement, completeness and informativeness.

    Attributes
    ----------
    disentanglement, completeness, informativeness : float
        Each 1 at best.
    importance : ndarray, (D, K)
        Of each latent for each factor; a factor's sum to one, where any latent helps.

    Examples
    --------
    >>> DCI(1.0, 0.8, 1.0, np.eye(2)).completeness
    0.8
    """

    disentanglement: float
    completeness: float
    informativeness: float
    importance: np.ndarray


def dci(codes: Any, factors: Any, *, method: str = "forest", held: float = 0.25, seed: int = 0) -> DCI:
    """Measure disentanglement, completeness and informativeness.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    method
        What predicts a factor: ``forest``, 20 trees that may split at every latent, leaves of ten rows or more;
        ``boosting``, gradient boosting, much slower; ``lasso``, linear in the standardised latents with penalty 0.02
        and the factor taken as a number. Importances are the decrease of impurity, or the size of a coefficient.
    held
        Share of rows that informativeness is judged by: accuracy, or R squared of the lasso.
    seed
        Of the rows held and of the trees.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.
    UnknownNameError
        For another method.

    References
    ----------
    Eastwood and Williams, A Framework for the Quantitative Evaluation of Disentangled Representations, 2018,
    section 2.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5), np.arange(30)), -1).reshape(-1, 3)[:, :2]
    >>> found = dci(factors * [3.0, -1.0], factors)
    >>> round(found.disentanglement, 6), round(found.completeness, 6), found.informativeness
    (1.0, 1.0, 1.0)
    """
    if method not in METHODS:
        raise UnknownNameError(f"There is no method {method!r} of dci. {nearest(method, METHODS)}")
    table = as_factors(factors)
    z = as_codes(codes, len(table))
    used, judged = halves(len(z), held, seed)
    spread = z[used].std(0)
    z = (z - z[used].mean(0)) / np.where(spread > 0, spread, 1.0)
    columns, scores = [], []
    for v in table.T:
        predictor = METHODS[method](seed).fit(z[used], v[used])
        columns.append(np.abs(predictor.coef_) if method == "lasso" else predictor.feature_importances_)
        scores.append(max(0.0, predictor.score(z[judged], v[judged])))
    importance = _shares(np.stack(columns, 1))
    weight = importance.sum(1) / max(importance.sum(), 1e-300)
    return DCI(
        disentanglement=float((weight * _concentration(_shares(importance.T))).sum()),
        completeness=float(_concentration(importance).mean()),
        informativeness=float(np.mean(scores)),
        importance=importance,
    )


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    options: dict[str, Any] = {"max_features": None, "min_samples_leaf": LEAF, "random_state": seed}
    return RandomForestClassifier(TREES, **options)


def _boosting(seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(random_state=seed)


def _lasso(seed: int) -> Any:
    from sklearn.linear_model import Lasso

    return Lasso(PENALTY, random_state=seed)


METHODS = {"forest": _forest, "boosting": _boosting, "lasso": _lasso}


def _shares(columns: np.ndarray) -> np.ndarray:
    """Let each column sum to one; a column of zeros stays."""
    total = columns.sum(0)
    return columns / np.where(total > 0, total, 1.0)


def _concentration(columns: np.ndarray) -> np.ndarray:
    """Return 1 - entropy of each column of shares, in the base of their number; 0 for a column of zeros."""
    logs = np.log(np.where(columns > 0, columns, 1.0))
    entropy = -(columns * logs).sum(0) / np.log(max(len(columns), 2))
    return np.where(columns.sum(0) > 0, 1.0 - entropy, 0.0)
